/** Subscribes over server-sent events, and resumes after the last event when the stream breaks. */
import { type DocumentNode, print } from 'graphql'
import { type Answer, hasCode, isTransient, isWorthAnother, pauseAfterAnswer, pauseAfterFailure } from './answer.ts'
import type { Core } from './core.ts'
import type { Observer } from './drive.ts'
import { operationOf, type Variables } from './keys.ts'
import { failureOf, ResponseError, readAnswer } from './post.ts'
import { readEvents } from './server-sent-events.ts'
import { backoff, wait } from './wait.ts'

export interface Subscription {
  readonly document: DocumentNode
  readonly operationName: string | undefined
  readonly variables: Variables
  /** Called when events begin and when they stop; after a break it reconnects by itself. */
  readonly onStream?: ((isOpen: boolean) => void) | undefined
}

/**
 * The stream broke, and its events have no cursor to resume from: select `cursor` and pass `after:
 * $after`.
 */
export class StreamBrokenError extends Error {
  override readonly name = 'StreamBrokenError'
}

const EVENTS = 'text/event-stream'
/** The gateway sends a heartbeat every 12 s; a connection that is silent for so long is dead. */
const SILENCE = 40_000 // milliseconds

interface Progress {
  /** The id of the last event. */
  cursor: string
  hasEvents: boolean
  /** Consecutive attempts without an event. */
  tries: number
  refused: string | undefined
}

/** `undefined` if the stream has ended and the observer was told. */
type Next = { readonly wait: number | undefined; readonly why: unknown } | undefined

export function follow(core: Core, subscription: Subscription, observer: Observer<Answer>): () => void {
  const abort = new AbortController()
  const run = async (): Promise<void> => {
    const progress: Progress = { cursor: '', hasEvents: false, tries: 0, refused: undefined }
    while (!abort.signal.aborted) {
      const next = await stretch(core, subscription, progress, observer, abort.signal)
      if (!next || abort.signal.aborted) return
      if (progress.hasEvents && progress.cursor === '')
        return observer.error(new StreamBrokenError('The stream broke, and cannot go on.', { cause: next.why }))
      const pause = next.wait ?? backoff(progress.tries)
      progress.tries += 1
      await wait(pause, abort.signal)
    }
  }
  run().catch((error) => {
    if (!abort.signal.aborted) observer.error(error)
  })
  return () => abort.abort()
}

/** Follows one connection until it breaks. */
async function stretch(
  core: Core,
  subscription: Subscription,
  progress: Progress,
  observer: Observer<Answer>,
  signal: AbortSignal,
): Promise<Next> {
  const silence = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const alive = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(new Error('The stream fell silent.')), SILENCE)
  }
  let isOpen = false
  try {
    alive()
    const { refused } = progress
    const token = await core.tokens.current(refused)
    const response = await open(core, subscription, progress.cursor, token, AbortSignal.any([signal, silence.signal]))
    if (!response.headers.get('content-type')?.startsWith(EVENTS) || !response.body)
      return refusal(await readAnswer(response), token, progress, observer)
    isOpen = true
    subscription.onStream?.(true)
    for await (const { type, data, id } of readEvents(response.body, alive)) {
      if (type === 'complete') return void observer.complete()
      if (type !== 'next') continue
      const answer = JSON.parse(data) as Answer
      if (isRefusal(answer)) return refusal(answer, token, progress, observer)
      Object.assign(progress, { cursor: id, hasEvents: true, tries: 0, refused: undefined })
      observer.next(answer)
    }
    return { wait: undefined, why: new Error('The stream ended without a word.') }
  } catch (error) {
    const failure = failureOf(error)
    if (error instanceof ResponseError && !isTransient(failure)) throw error
    return { wait: pauseAfterFailure(failure), why: error }
  } finally {
    clearTimeout(timer)
    if (isOpen) subscription.onStream?.(false)
  }
}

function open(
  { url, headers, fetch }: Core,
  { document, operationName, variables }: Subscription,
  cursor: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      ...headers,
      accept: EVENTS,
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(cursor !== '' && { 'last-event-id': cursor }),
    },
    body: JSON.stringify({
      query: print(document),
      operationName: operationOf(document, operationName)?.name?.value,
      variables,
    }),
    signal,
  })
}

/** Whether the event refuses or ends the whole stream: it has errors and no data. */
const isRefusal = ({ data, errors }: Answer): boolean => (data === undefined || data === null) && errors !== undefined

function refusal(answer: Answer, token: string | undefined, progress: Progress, observer: Observer<Answer>): Next {
  const isUnauthenticated = hasCode(answer, 'UNAUTHENTICATED')
  if (isUnauthenticated && token !== undefined && progress.refused === undefined) {
    progress.refused = token
    return { wait: 0, why: answer }
  }
  if (!isUnauthenticated && isWorthAnother(answer)) return { wait: pauseAfterAnswer(answer), why: answer }
  observer.next(answer)
  observer.complete()
  return undefined
}
