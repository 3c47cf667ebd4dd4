/** The context of calls to services: what they learn of a request, and when a call is cancelled. */
import type { Callers } from '../traffic/call/callers.ts'
import type { CallContext } from '../traffic/call/send.ts'
import { callerOf } from './caller-key.ts'
import { type Client, hangUpOf } from './client.ts'
import type { Exchange } from './exchange.ts'
import type { FreshnessTally } from './freshness.ts'
import { carriesKeys, type OperationInDocument } from './idempotency.ts'

/** A client that hangs up cancels queries, but no write in flight. */
export function callContext(
  exchange: Exchange,
  operation: OperationInDocument,
  client: Client,
  { observe }: FreshnessTally,
  hear?: CallContext['hear'],
): CallContext {
  const isQuery = operation.definition.operation === 'query'
  return {
    ...ofExchange(exchange),
    exchange: exchange.outer ?? exchange,
    authorization: exchange.authorization,
    claims: exchange.caller?.claims,
    headers: exchange.request.headers,
    hear,
    signal: isQuery ? hangUpOf(client) : undefined,
    idempotent: !isQuery && carriesKeys(operation, exchange.parameters.variables ?? {}),
    observe,
  }
}

/**
 * For an execution that answers several requests: it carries no credentials and outlives each
 * request.
 * @param callers who wait for it, and in whose lines its calls queue
 */
export const sharedContext = (
  exchange: Exchange,
  callers: Callers,
  { observe }: FreshnessTally,
  hear?: CallContext['hear'],
): CallContext => ({
  ...ofExchange(exchange),
  callers,
  authorization: undefined,
  hear,
  signal: undefined,
  idempotent: false,
  observe,
})

/** For a subscription and all fetches for its events. */
export const streamContext = (exchange: Exchange, signal: AbortSignal): CallContext => ({
  ...ofExchange(exchange),
  exchange,
  authorization: exchange.authorization,
  claims: exchange.caller?.claims,
  headers: exchange.request.headers,
  signal,
  idempotent: false,
  observe: () => undefined,
})

const ofExchange = (exchange: Exchange) => ({
  requestId: exchange.requestId,
  caller: () => callerOf(exchange),
  perspective: perspectiveOf(exchange),
  language: languageOf(exchange),
  traceparent: exchange.traceparent,
})

/** The client's `Accept-Language`; `undefined` if it accepts any. */
export function languageOf({ request: { headers } }: Exchange): string | undefined {
  const language = headers['accept-language']
  return language === '*' ? undefined : language
}

/** What the caller may see, for services that do not learn who calls. */
export const perspectiveOf = ({ caller }: Exchange): 'preview' | 'published' =>
  caller?.scopes.has('content:preview') ? 'preview' : 'published'
