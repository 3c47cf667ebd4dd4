/** Sends operations to a gateway, or to a service as its gateway does. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createEventReader } from '../../../gateway/traffic/event-stream.ts'
import { PERSPECTIVE_HEADER, SIGNATURE_HEADER, sign } from '../../../platform/protocol/signature.ts'

export interface Question {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly operationName?: string | undefined
  readonly authorization: string | undefined
  readonly acceptLanguage: string | undefined
}

export interface Reply {
  readonly data?: unknown
  readonly errors?: readonly { readonly message: string; readonly path?: readonly (string | number)[] }[]
}

const ANSWER_TIMEOUT = 30_000 // milliseconds

/** The address and headers of a party. */
export interface Target {
  readonly url: string
  headersFor(question: Question): Readonly<Record<string, string>>
}

/** @param url of its GraphQL */
export const gatewayAt = (url: string): Target => ({
  url,
  headersFor: ({ authorization }) => (authorization === undefined ? {} : { authorization }),
})

/**
 * @param url base address of the service
 * @param secret of its gateway
 * @param isStateful stateless services never get the caller
 */
export const serviceAt = (url: string, secret: string, isStateful: boolean): Target => ({
  url: `${url}/graphql`,
  headersFor(question) {
    const authorization = isStateful ? question.authorization : undefined
    const perspective = isStateful ? undefined : 'published'
    const body = bodyOf(question)
    const request = { method: 'POST', path: '/graphql', body, authorization, perspective, requestId: undefined }
    return {
      [SIGNATURE_HEADER]: sign(secret, request),
      ...(authorization !== undefined && { authorization }),
      ...(perspective !== undefined && { [PERSPECTIVE_HEADER]: perspective }),
    }
  },
})

/** @throws Error with the reason */
export const ask = async (target: Target, question: Question): Promise<Reply> =>
  replyOf(await post(target, question, AbortSignal.timeout(ANSWER_TIMEOUT)))

/**
 * The first event of a subscription. @param trigger causes one; repeated until an event arrives,
 * because the start of the stream is not announced @throws Error with the reason
 */
export async function firstEvent(
  target: Target,
  question: Question,
  trigger: (() => Promise<Reply>) | undefined,
): Promise<Reply> {
  const leaving = new AbortController()
  const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(ANSWER_TIMEOUT)])
  try {
    const response = await post(target, question, signal, { accept: EVENTS })
    if (!response.body || !response.headers.get('content-type')?.startsWith(EVENTS)) return await replyOf(response)
    let hasCome = false
    const first = firstOf(response.body).finally(() => {
      hasCome = true
    })
    first.catch(() => undefined) // it is awaited below
    while (trigger && !hasCome) {
      const { errors } = await trigger()
      if (errors) return { errors }
      await Promise.race([first, sleep(PAUSE)])
    }
    return await first
  } finally {
    leaving.abort()
  }
}

const EVENTS = 'text/event-stream'
const PAUSE = 1_000 // milliseconds
const LONGEST = 1_000_000 // characters of an event

async function firstOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Reply> {
  let found: Reply | undefined
  const read = createEventReader((name, data) => {
    if (name === 'next') found ??= JSON.parse(data) as Reply
  }, LONGEST)
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    read(text)
    if (found) return found
  }
  throw new Error('the stream ended without an event')
}

const bodyOf = ({ query, variables, operationName }: Question): string =>
  JSON.stringify({ query, variables, ...(operationName !== undefined && { operationName }) })

function post(target: Target, question: Question, signal: AbortSignal, more = {}): Promise<Response> {
  const { acceptLanguage } = question
  return fetch(target.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...target.headersFor(question),
      ...(acceptLanguage !== undefined && { 'accept-language': acceptLanguage }),
      ...more,
    },
    body: bodyOf(question),
    signal,
  })
}

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text()
  try {
    return JSON.parse(text) as Reply
  } catch {
    throw new Error(`answered with status ${response.status} and no JSON`)
  }
}
