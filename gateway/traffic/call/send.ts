/**
 * The one door out of the gateway: what a call to a service is and what comes back. Types only;
 * `traffic.ts` implements them.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { GraphQLFormattedError } from 'graphql'
import type { Loan } from '../../../platform/memory/loans.ts'
import type { Claims } from '../../../platform/protocol/claims.ts'
import type { PickedHeaders } from '../../headers/to-client.ts'
import type { CallTrace } from './trace.ts'

/**
 * What holds for every call made on behalf of one client request. The engine hands it through
 * untouched.
 */
export interface CallContext {
  /** Sent along and named in every error. */
  readonly requestId: string
  /** Tells callers apart where they take turns. Never sent. */
  caller(): string
  /** The caller's credentials. They reach stateful services only, whatever the engine asks for. */
  readonly authorization: string | undefined
  /** What the caller's token says, of which stateful services may be told parts. */
  readonly claims?: Claims | undefined
  /**
   * What the caller may see (`published` or `preview`), for services that are never told who the
   * caller is.
   */
  readonly perspective: string | undefined
  /** The client's request, for hooks; absent where several clients share the calls. */
  readonly exchange?: object | undefined
  /** All that the client sent, for header rules; absent where several clients share the calls. */
  readonly headers?: Readonly<IncomingHttpHeaders> | undefined
  /** Told what clients get of the headers of each answer. */
  readonly hear?: ((picked: PickedHeaders) => void) | undefined
  /** Of the trace that the request belongs to (W3C Trace Context); every service is told. */
  readonly traceparent?: string | undefined
  /** The client's `Accept-Language`; a service whose answer depends on it says so with `Vary`. */
  readonly language: string | undefined
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: Signal | undefined
  /**
   * True where every root field of the client's mutation carries an idempotency key, so that it may
   * be sent twice.
   */
  readonly idempotent: boolean
  /** Told of every answer used, so that the client's own cache headers can follow from them. */
  observe(freshness: Freshness): void
}

/** What is needed of an `AbortSignal`; `abort.ts` makes others. */
export interface Signal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** How long, and by whom, an answer may be kept. */
export interface Freshness {
  /** Seconds it stays good; 0 where it must not be kept. */
  readonly maxAge: number
  /** `private`: meant for one caller alone. */
  readonly scope: 'public' | 'private'
  /** Seconds it was already kept. */
  readonly age: number
  /** True where another `Accept-Language` may have another answer. */
  readonly variesByLanguage: boolean
}

/** A request's body as it goes over the wire: JSON in UTF-8, `{"query":…,"variables":…}`. */
export interface RequestBody {
  readonly bytes: Buffer
  /**
   * Where the representations stand in `bytes`, if it asks for entities and nothing else: begin and
   * end of each in turn, with a comma in between. Each is the same for the same entity, so that it
   * can be kept and looked up by itself.
   */
  readonly representations: readonly number[] | Int32Array | undefined
  /** What is asked of the entities, where a request may ask for others besides. */
  readonly question?: Question | undefined
}

/** What a body asks of entities, in pieces of which one for several bodies can be written. */
export interface Question {
  readonly operationName: string | undefined
  /** Of its variables beside the representations, such as `$first:Int=3`. */
  readonly definitions: readonly string[]
  /** Such as `{...on User{name}}`. */
  readonly selection: string
  /** Values of the variables. */
  readonly variables: Readonly<Record<string, unknown>>
}

/** What a reader makes of an answer: see `ServiceCall`. */
export type Taken = boolean | 'partial'

/** One call to one service. */
export interface ServiceCall {
  /** The service's name in the supergraph, for example `banking`. */
  readonly service: string
  readonly operation: 'query' | 'mutation'
  readonly body: RequestBody
  /**
   * Takes in a whole answer of status < 400 that came for this call: true where it is what the
   * engine expects, which is a GraphQL answer and needs no parsing, `partial` where it has errors.
   * It is called at most once at a time, synchronously, and never once the call is given up; after
   * false (or if absent) the answer is parsed. The call's answer need not be the last that was
   * taken in: then it has another `body`.
   */
  readonly read?: ((body: Buffer) => Taken) | undefined
  readonly context: CallContext
  /** Headers that hooks add: names and values in turn. */
  readonly added?: readonly string[] | undefined
  /** Told what becomes of it, if its client asked for that. */
  readonly trace?: CallTrace | undefined
}

/** A call that starts a subscription, whose events are parsed as they come. */
export type SubscriptionCall = Omit<ServiceCall, 'operation' | 'read' | 'trace'>

/** A GraphQL answer as the service gave it. */
export interface ServiceAnswer {
  /**
   * JSON in UTF-8. It is shared between callers and never changes, and is no part of a connection's
   * read buffer.
   */
  readonly body: Buffer
  /**
   * Of the memory of `body`, where nobody but the caller refers to it: it is the caller's to free.
   */
  readonly loan?: Loan | undefined
  /**
   * Data and sanitized errors: parsed anew by each call of this, so that the caller owns what it
   * gets.
   */
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
