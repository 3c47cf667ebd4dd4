/**
 * Calls to services and their answers: the only way out of the gateway. Types only; `traffic.ts`
 * implements them.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { GraphQLFormattedError } from 'graphql'
import type { Loan } from '../../../platform/memory/loans.ts'
import type { Claims } from '../../../platform/protocol/claims.ts'
import type { PickedHeaders } from '../../headers/to-client.ts'
import type { Callers } from './callers.ts'
import type { CallTrace } from './trace.ts'

/**
 * The context of every call made for one client request. The engine passes it through unchanged.
 */
export interface CallContext {
  /** Sent to services and named in every error. */
  readonly requestId: string
  /** Identifies the caller where callers take turns. Never sent. */
  caller(): string
  /** All who wait for the answer, if several clients share the calls. */
  readonly callers?: Callers | undefined
  /** The caller's credentials. Only stateful services get them. */
  readonly authorization: string | undefined
  /** The claims of the caller's token, of which stateful services may get some. */
  readonly claims?: Claims | undefined
  /**
   * What the caller may see (`published` or `preview`), for services that never learn who calls.
   */
  readonly perspective: string | undefined
  /** The client's request, for hooks; absent if several clients share the calls. */
  readonly exchange?: object | undefined
  /** All headers of the client, for header rules; absent if several clients share the calls. */
  readonly headers?: Readonly<IncomingHttpHeaders> | undefined
  /** Called with the headers of each answer that clients get. */
  readonly hear?: ((picked: PickedHeaders) => void) | undefined
  /** `traceparent` of the request's trace (W3C Trace Context); sent to every service. */
  readonly traceparent?: string | undefined
  /** The client's `Accept-Language`; a service whose answer depends on it says so with `Vary`. */
  readonly language: string | undefined
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: Signal | undefined
  /**
   * True if every root field of the client's mutation carries an idempotency key, so that it may be
   * sent twice.
   */
  readonly idempotent: boolean
  /**
   * Called with the freshness of every used answer, from which the client's cache headers follow.
   */
  observe(freshness: Freshness): void
}

/** The part of `AbortSignal` that is needed; `abort.ts` makes others. */
export interface Signal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** How long an answer may be cached, and for whom. */
export interface Freshness {
  /** Seconds for which it may be cached; 0 if it must not be. */
  readonly maxAge: number
  /** `private`: meant for one caller alone. */
  readonly scope: 'public' | 'private'
  /** Seconds for which it was already cached. */
  readonly age: number
  /** True if the answer may depend on `Accept-Language`. */
  readonly variesByLanguage: boolean
}

/** A request's body as it is sent: JSON in UTF-8, `{"query":…,"variables":…}`. */
export interface RequestBody {
  readonly bytes: Buffer
  /**
   * Positions of the representations in `bytes`, if it requests only entities: begin and end of
   * each, alternating, with a comma in between. The same entity always has the same bytes, so that
   * it can be cached by itself.
   */
  readonly representations: readonly number[] | Int32Array | undefined
  /** The request in pieces, if it may be gathered with others. */
  readonly question?: Question | undefined
}

/** A request for entities, in pieces from which one body for several requests can be written. */
export interface Question {
  readonly operationName: string | undefined
  /** Definitions of its variables besides the representations, such as `$first:Int=3`. */
  readonly definitions: readonly string[]
  /** Such as `{...on User{name}}`. */
  readonly selection: string
  /** Values of the variables. */
  readonly variables: Readonly<Record<string, unknown>>
}

/** Whether a reader accepted an answer: see `ServiceCall`. */
export type Taken = boolean | 'partial'

/** One call to one service. */
export interface ServiceCall {
  /** The service's name in the supergraph, for example `banking`. */
  readonly service: string
  readonly operation: 'query' | 'mutation'
  readonly body: RequestBody
  /**
   * Reads a whole answer with a status below 400. Returns true if it is a GraphQL answer as the
   * engine expects, which needs no parsing, and `partial` if it has errors. Called synchronously,
   * one at a time, and never after the call is given up. After false, or if absent, the answer is
   * parsed. The answer of the call need not be the last one read: it then has another `body`.
   */
  readonly read?: ((body: Buffer) => Taken) | undefined
  readonly context: CallContext
  /** Headers that hooks add: names and values, alternating. */
  readonly added?: readonly string[] | undefined
  /** Records the call, if its client asked for a trace. */
  readonly trace?: CallTrace | undefined
}

/** A call that starts a subscription, whose events are parsed as they come. */
export type SubscriptionCall = Omit<ServiceCall, 'operation' | 'read' | 'trace'>

/** A GraphQL answer as the service gave it. */
export interface ServiceAnswer {
  /** JSON in UTF-8. Callers may share it, so it never changes; it is not part of a read buffer. */
  readonly body: Buffer
  /** The loan of `body`'s memory, if only the caller refers to it: the caller frees it. */
  readonly loan?: Loan | undefined
  /** Data and sanitized errors. Each call parses again, so that the caller owns the result. */
  parsed(): ParsedAnswer
}

export interface ParsedAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly GraphQLFormattedError[]
}

/**
 * Sends a call by the rules of the service's kind. Rejects with a coded `GraphQLError` only:
 * `SERVICE_UNAVAILABLE` or `SERVICE_TIMEOUT`, with `service` and no address.
 */
export type Send = (call: ServiceCall) => Promise<ServiceAnswer>
