/**
 * The two kinds of service and what follows from each. A setting that contradicts its kind does not
 * compile.
 */
import type { ClaimHeaders } from '../../../platform/protocol/claims.ts'
import type { HeaderRule } from '../../config/sections/headers.ts'
import { statefulDefaults, statelessDefaults } from '../../config/sections/services.ts'

interface Common {
  /**
   * Public paths, for example `/assets/`, below which the service answers GET itself: images,
   * downloads.
   */
  readonly paths: readonly string[]
  /** Milliseconds for a call with all its retries. */
  readonly deadline: number
  /** Calls in flight to one instance; more wait. */
  readonly concurrency: number
  /** Calls that may wait; more are refused at once. */
  readonly queue: number
  /** Retries of a call, if they can do no harm. */
  readonly retries: number
  /** Bytes of one answer, on the wire and again after decompression. */
  readonly answerBytes: number
  /** How it takes subscriptions: server-sent events, or `graphql-transport-ws`. */
  readonly subscriptions: 'sse' | 'ws'
  /** Where WebSockets are opened; by default where operations are posted. */
  readonly subscriptionPath?: string | undefined
  /** Header rules, in this order; `undefined` without any. */
  readonly headers?: readonly HeaderRule[] | undefined
  /** Where clients carry their token, if that is not `authorization`; no pattern forwards it. */
  readonly tokenHeader?: string | undefined
}

/**
 * Owns no data: any instance can answer any call, and no call carries an identity, unless a header
 * rule says so.
 */
export interface StatelessService extends Common {
  readonly name: string
  readonly kind: 'stateless'
  /** Keep answers for all callers, as long as their `@cacheControl` allows. */
  readonly sharedCache: boolean
  /** Ask a second instance when the first takes longer than 95 of 100 calls did. */
  readonly hedging: boolean
  /** Let one call answer all identical ones that are in flight. */
  readonly coalescing: boolean
}

/**
 * Owns data that outlives every request: there is no cache, no hedging and no coalescing to be set.
 */
interface StatefulService extends Common {
  readonly name: string
  readonly kind: 'stateful'
  /** Headers that tell it claims of the caller's token. */
  readonly claims?: ClaimHeaders | undefined
}

export type ServiceDefinition = StatelessService | StatefulService
export type ServiceKind = ServiceDefinition['kind']

/** Declares a stateless service by its name in the supergraph. */
export const stateless = (
  name: string,
  settings: Partial<Omit<StatelessService, 'name' | 'kind'>> = {},
): StatelessService => ({ ...statelessDefaults, ...settings, name, kind: 'stateless' })

/** Declares a stateful service by its name in the supergraph. */
export const stateful = (
  name: string,
  settings: Partial<Omit<StatefulService, 'name' | 'kind'>> = {},
): StatefulService => ({ ...statefulDefaults, ...settings, name, kind: 'stateful' })
