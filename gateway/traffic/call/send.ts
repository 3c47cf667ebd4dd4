/**
 * The one door out of the gateway: what a call to a service is and what comes back. Types only;
 * `traffic.ts` implements them.
 */
import type { GraphQLFormattedError } from 'graphql'

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
  /**
   * What the caller may see (`published` or `preview`), for services that are never told who the
   * caller is.
   */
  readonly perspective: string | undefined
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

/**
 * A body that asks one service for entities and nothing else: exactly `head +
 * representations.join(',') + tail`. The parts let each entity be kept and looked up by itself.
 */
export interface EntityBody {
  /** JSON text up to and with the `[` of the list of representations. */
  readonly head: string
  /** JSON texts, each the same for the same entity. */
  readonly representations: readonly string[]
  /** JSON text from the `]` on. */
  readonly tail: string
  /** The response key of the list of entities, `_entities` unless aliased. */
  readonly responseKey: string
}

/** One call to one service. */
export interface ServiceCall {
  /** The service's name in the supergraph, for example `banking`. */
  readonly service: string
  readonly operation: 'query' | 'mutation'
  /** JSON text `{"query":…,"variables":…}`, or its parts where it only fetches entities. */
  readonly body: string | EntityBody
  /**
   * Reads the JSON text of an answer faster than `JSON.parse`, to the same value; strings of it may
   * hold on to the whole text.
   */
  readonly read?: ((text: string) => unknown) | undefined
  readonly context: CallContext
}

/** A call that starts a subscription. */
export type SubscriptionCall = Omit<ServiceCall, 'operation'>

/**
 * A GraphQL answer as the service gave it; `data` is shared between callers and must not be
 * changed.
 */
export interface ServiceAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly GraphQLFormattedError[]
}

/**
 * Sends a call by the rules of the service's kind. Rejects with a coded `GraphQLError` only:
 * `SERVICE_UNAVAILABLE` or `SERVICE_TIMEOUT`, with `service` and no address.
 */
export type Send = (call: ServiceCall) => Promise<ServiceAnswer>

/** The text that goes over the wire. */
export const bodyText = (body: string | EntityBody): string =>
  typeof body === 'string' ? body : `${body.head}${body.representations.join(',')}${body.tail}`
