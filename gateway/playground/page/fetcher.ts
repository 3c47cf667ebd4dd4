/**
 * Sends operations for GraphiQL, with the session's token unless the headers editor names another.
 */
import type { Fetcher } from '@graphiql/toolkit'
import { type ExecutionResult, getOperationAST, type OperationDefinitionNode, parse } from 'graphql'
import type { Trace } from '../../exchange/trace.ts'
import { readEvents } from '../../map/page/events.ts'
import { fillPlaceholders } from '../../operations/placeholders.ts'
import type { FollowedEvent, Run, Runs } from './common/runs.ts'

const JSON_ANSWER = 'application/graphql-response+json, application/json;q=0.9'
const EVENTS = 'text/event-stream'
const INTROSPECTION = 'IntrospectionQuery' // GraphiQL's own

interface FetcherOptions {
  readonly url: string
  /** Gives the header's value at the time of each request. */
  authorization(): Promise<string | undefined>
  /** Told what becomes of each operation; without it no trace is asked for. */
  readonly runs: Runs | undefined
}

/** An answer with the trace that the gateway adds on request. */
interface Traced extends ExecutionResult {
  readonly extensions?: ExecutionResult['extensions'] & { readonly trace?: Trace }
}

export function createFetcher({ url, authorization, runs }: FetcherOptions): Fetcher {
  return async ({ query, variables, operationName }, options) => {
    const operation = operationOf(query, operationName)
    const isSubscription = operation?.operation === 'subscription'
    const tell = operationName === INTROSPECTION ? undefined : runs?.begin()
    const accept = isSubscription ? EVENTS : JSON_ANSWER
    const headers = new Headers({ 'content-type': 'application/json', accept })
    const token = await authorization()
    if (token !== undefined) headers.set('authorization', token)
    for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, String(value))
    const extensions = tell && !isSubscription ? { trace: true } : undefined
    const sent = fillPlaceholders(variables)
    const body = JSON.stringify({ query, variables: sent, operationName: operation?.name?.value, extensions })
    try {
      const response = await fetch(url, { method: 'POST', headers, body })
      if (response.headers.get('content-type')?.startsWith(EVENTS) && response.body)
        return noted(resultsIn(response.body), tell)
      const { answer, trace } = withoutTrace(await response.json())
      tell?.(trace ? { state: 'traced', trace } : { state: 'untraced' })
      return answer
    } catch (error) {
      tell?.({ state: 'untraced' })
      throw error
    }
  }
}

/** The trace has a picture of its own; the answer is shown as other clients get it. */
function withoutTrace(answer: Traced): { readonly answer: ExecutionResult; readonly trace: Trace | undefined } {
  const { trace, ...extensions } = answer.extensions ?? {}
  if (!trace) return { answer, trace }
  const { extensions: _with, ...rest } = answer
  return { answer: Object.keys(extensions).length > 0 ? { ...rest, extensions } : rest, trace }
}

/**
 * Right after a change of tabs GraphiQL may still name the operation of the tab before: then it is
 * the only one of this tab.
 */
function operationOf(query: string, name: string | null | undefined): OperationDefinitionNode | undefined {
  try {
    const document = parse(query)
    return getOperationAST(document, name) ?? getOperationAST(document) ?? undefined
  } catch {
    return undefined // what is wrong with the document is for the gateway to say
  }
}

/**
 * A subscription's results: `next` events of the GraphQL over SSE protocol, until its `complete`.
 */
async function* resultsIn(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<ExecutionResult> {
  for await (const event of readEvents(body)) {
    if (event.get('event') === 'complete') return
    if (event.get('event') === 'next') yield JSON.parse(event.get('data') ?? '')
  }
}

const KEPT = 100 // events of a subscription

/** Passes the events on, and tells of the latest. */
async function* noted(
  results: AsyncGenerator<ExecutionResult>,
  tell: ((run: Run) => void) | undefined,
): AsyncGenerator<ExecutionResult> {
  let events: readonly FollowedEvent[] = []
  let number = 0
  const show = (isOver: boolean): void => tell?.({ state: 'following', events, isOver })
  show(false)
  try {
    for await (const result of results) {
      number += 1
      events = [{ number, at: Date.now(), result }, ...events].slice(0, KEPT)
      show(false)
      yield result
    }
  } finally {
    show(true)
  }
}
