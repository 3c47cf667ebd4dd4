/** What the services are told of a request, and when a call made for it is given up. */
import type { OperationDefinitionNode } from 'graphql'
import type { CallContext } from '../traffic/call/send.ts'
import { callerOf } from './caller-key.ts'
import { type Client, hangUpOf } from './client.ts'
import type { Exchange } from './exchange.ts'
import type { FreshnessTally } from './freshness.ts'
import { carriesKeys } from './idempotency.ts'

/** A client that hangs up ends the reading done for it, but no write that is under way. */
export function callContext(
  exchange: Exchange,
  definition: OperationDefinitionNode,
  client: Client,
  { observe }: FreshnessTally,
): CallContext {
  const isQuery = definition.operation === 'query'
  return {
    requestId: exchange.requestId,
    caller: () => callerOf(exchange),
    authorization: exchange.authorization,
    perspective: perspectiveOf(exchange),
    language: languageOf(exchange),
    signal: isQuery ? hangUpOf(client) : undefined,
    idempotent: !isQuery && carriesKeys(definition, exchange.parameters.variables ?? {}),
    observe,
  }
}

/**
 * For an execution that answers several requests at once: it is nobody's in particular, and
 * outlives each of them. Where its calls wait, they wait in the line of who started it.
 */
export const sharedContext = (exchange: Exchange, { observe }: FreshnessTally): CallContext => ({
  requestId: exchange.requestId,
  caller: () => callerOf(exchange),
  authorization: undefined,
  perspective: perspectiveOf(exchange),
  language: languageOf(exchange),
  signal: undefined,
  idempotent: false,
  observe,
})

/** For a subscription and all that is fetched for its events. */
export const streamContext = (exchange: Exchange, signal: AbortSignal): CallContext => ({
  requestId: exchange.requestId,
  caller: () => callerOf(exchange),
  authorization: exchange.authorization,
  perspective: perspectiveOf(exchange),
  language: languageOf(exchange),
  signal,
  idempotent: false,
  observe: () => undefined,
})

/** What the client reads; one that takes any language has none of its own. */
export function languageOf({ request: { headers } }: Exchange): string | undefined {
  const language = headers['accept-language']
  return language === '*' ? undefined : language
}

/** What the caller may see, for services that are not told who the caller is. */
export const perspectiveOf = ({ caller }: Exchange): 'preview' | 'published' =>
  caller?.scopes.has('content:preview') ? 'preview' : 'published'
