/**
 * What the gateway knows of one request, from arrival to answer. The policies and the steps after
 * them fill it.
 */
import type { GraphQLFormattedError, OperationDefinitionNode } from 'graphql'
import type { HttpRequest } from '../../platform/http/message/message.ts'
import type { Caller } from '../../platform/protocol/caller.ts'
import { traceparentOf } from '../../platform/protocol/trace-context.ts'
import type { Part } from '../execution/answer/part.ts'
import type { Stages } from '../execution/plan/stages.ts'
import type { Tracing } from '../execution/trace/tracing.ts'
import type { Outcome } from './outcome.ts'

/** The media types of answers (GraphQL over HTTP). */
export type MediaType = 'application/json' | 'application/graphql-response+json'

/** How a stream of answers is written by HTTP. */
export type EventFormatName = 'sse' | 'multipart'

/** How an answer in parts is written by HTTP. */
export type PartsFormatName = '20220824' | 'v0.2'

/** The forms in which a client takes an answer. */
interface Accepted {
  /** Accepts one JSON text. */
  readonly whole: boolean
  /** Format of a stream of events; `undefined` if not accepted. */
  readonly events: EventFormatName | undefined
  /** Format of deferred parts; `undefined` if not accepted. */
  readonly parts: PartsFormatName | undefined
}

/** An answer in parts on its way to the client. */
export interface PartsSender {
  /** Resolves once the client has room for more. @param part its errors are masked */
  send(part: Part<GraphQLFormattedError>): Promise<void> | undefined
  /** Whether the first part is sent, after which no other answer can be. */
  readonly hasBegun: boolean
  /** Ends the answer with its extensions, or with the errors of one that failed. */
  end(outcome: Outcome): void
}

/** The parameters of an operation, from the body of a POST or the query string of a GET. */
export interface Parameters {
  /** Empty only until a persisted operation is looked up. */
  readonly query: string
  /** Names a persisted document; counts only without a query. */
  readonly documentId?: string | undefined
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>> | undefined
  readonly extensions: Readonly<Record<string, unknown>> | undefined
}

export interface Exchange {
  /** The request as received, or with a body from a coprocessor. */
  request: HttpRequest
  /** The contract variant that it addresses; `undefined` for the whole schema. */
  readonly variant: string | undefined
  /** Arrival, in milliseconds of `performance.now()`. */
  readonly started: number
  /** Identifies the request in the log, in errors and in calls to services. */
  readonly requestId: string
  /** `traceparent` of its trace (W3C Trace Context); sent to every service. */
  readonly traceparent: string
  /** The caller's credentials, as services get them. */
  readonly authorization: string | undefined
  /** Headers of the answer, besides those of every answer. */
  readonly headers: Map<string, string>
  /** Each `Set-Cookie` of the answer. */
  readonly cookies: string[]
  /** The media type of the answer. */
  mediaType: MediaType
  /**
   * True if the client asked for `application/json` by name, which limits the statuses (GraphQL
   * over HTTP, section 6.4.1).
   */
  legacyStatus: boolean
  accepts: Accepted
  /** Sends the answer in parts; `undefined` where the client or the gateway wants none. */
  parts: PartsSender | undefined
  /** The caller of a verified token; `undefined` if signed out or if tokens are opaque. */
  caller: Caller | undefined
  /** The API client whose budget applies; `undefined` for any that the settings do not name. */
  apiClient: string | undefined
  parameters: Parameters
  /** The operations of a batch as they came, of a request that holds one. */
  batch: readonly unknown[] | undefined
  /** The request whose batch this operation is in. Its `cost` is that of all admitted so far. */
  readonly outer: Exchange | undefined
  /** The operation that was admitted; `undefined` until one is. */
  definition: OperationDefinitionNode | undefined
  /** Answered with the execution of another. */
  isShared: boolean
  /** The services that its plan calls, once it has a plan. */
  stages: Stages | undefined
  /** Records its calls, if the client asked for a trace and may see it. */
  tracing: Tracing | undefined
  /** The cost of the operation, once known. */
  cost: number
}

/**
 * Refuses a request by throwing (a coded `GraphQLError` or an `HttpError`), or lets it pass; may
 * fill in the exchange.
 */
export type Policy = (exchange: Exchange) => void | Promise<void>

const NOTHING: Parameters = { query: '', operationName: undefined, variables: undefined, extensions: undefined }

export const WHOLE: Accepted = { whole: true, events: undefined, parts: undefined }

/** Opens the record of a request. */
export function openExchange(
  request: HttpRequest,
  requestId: string,
  authorization: string | undefined = undefined,
  variant: string | undefined = undefined,
): Exchange {
  return {
    request,
    variant,
    started: performance.now(),
    requestId,
    traceparent: traceparentOf(request.headers),
    authorization,
    headers: new Map(),
    cookies: [],
    mediaType: 'application/json',
    legacyStatus: false,
    accepts: WHOLE,
    parts: undefined,
    caller: undefined,
    apiClient: undefined,
    parameters: NOTHING,
    batch: undefined,
    outer: undefined,
    definition: undefined,
    isShared: false,
    stages: undefined,
    tracing: undefined,
    cost: 0,
  }
}

export const asksForCost = ({ parameters }: Exchange): boolean => parameters.extensions?.['cost'] === true

/** Opens the record of an operation in a batch, which shares all that holds for the request. */
export const batchedExchange = (outer: Exchange): Exchange => ({
  ...outer,
  accepts: WHOLE,
  parts: undefined,
  parameters: NOTHING,
  batch: undefined,
  outer,
  definition: undefined,
  isShared: false,
  stages: undefined,
  tracing: undefined,
  cost: 0,
})
