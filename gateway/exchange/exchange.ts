/**
 * What the policies know of one request, from its arrival to its answer. Filled from top to bottom,
 * in the order of `policies.ts`.
 */
import type { HttpRequest } from '../../platform/http/message/message.ts'
import type { Caller } from '../../platform/protocol/caller.ts'

/** The types of JSON that answers are written in (GraphQL over HTTP). */
export type MediaType = 'application/json' | 'application/graphql-response+json'

/** What a client asks for, whether it came as a POST's body or in a GET's address. */
export interface Parameters {
  /** Empty only before a persisted operation was looked up. */
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>> | undefined
  readonly extensions: Readonly<Record<string, unknown>> | undefined
}

export interface Exchange {
  readonly request: HttpRequest
  /** Path without the query string. */
  readonly path: string
  /** Without the `?`. */
  readonly search: string
  /** Names the request in the log, in every error and in the calls it causes. */
  readonly requestId: string
  /** The caller's credentials as they came. */
  readonly authorization: string | undefined
  /** Headers of the answer beside those every answer has. */
  readonly headers: Map<string, string>
  /** How the answer is written. */
  mediaType: MediaType
  /**
   * True where the client asked for `application/json` by name: its statuses then say less (GraphQL
   * over HTTP, section 6.4.1).
   */
  legacyStatus: boolean
  /** Whether the client takes one answer, a stream of them, or either. */
  accepts: 'answer' | 'events' | 'either'
  /**
   * Who calls, once the token was verified; `undefined` signed out, and where tokens are opaque.
   */
  caller: Caller | undefined
  parameters: Parameters
  /** Of its operation, once that is known. */
  cost: number
}

/**
 * Refuses a request by throwing (a coded `GraphQLError` or an `HttpError`), or lets it pass, maybe
 * after filling something in.
 */
export type Policy = (exchange: Exchange) => void | Promise<void>

const NOTHING: Parameters = { query: '', operationName: undefined, variables: undefined, extensions: undefined }

/** The start of a request's life. */
export function openExchange(
  request: HttpRequest,
  requestId: string,
  authorization: string | undefined = request.headers.authorization,
): Exchange {
  const { url } = request
  const question = url.indexOf('?')
  return {
    request,
    path: question < 0 ? url : url.slice(0, question),
    search: question < 0 ? '' : url.slice(question + 1),
    requestId,
    authorization,
    headers: new Map(),
    mediaType: 'application/json',
    legacyStatus: false,
    accepts: 'answer',
    caller: undefined,
    parameters: NOTHING,
    cost: 0,
  }
}
