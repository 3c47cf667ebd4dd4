/**
 * What a request's answer was made of, for callers who may see it: `extensions.trace`. It holds no
 * credentials. All times are milliseconds since the request began.
 */
import type { ServiceKind } from '../traffic/call/kind.ts'

export interface Trace {
  readonly duration: number
  /** Of the answer's data. */
  readonly bytes: number
  readonly cost: {
    readonly estimate: number
    readonly actual: number
    /** What is left of the caller's budgets: `cost` may be spent in `every` milliseconds. */
    readonly budgets: readonly { readonly cost: number; readonly every: number; readonly left: number }[]
  }
  readonly calls: readonly TracedCall[]
}

/** One question to a service, as the plan asks it. */
export interface TracedCall {
  readonly id: number
  readonly service: string
  readonly kind: ServiceKind
  /** Ids of the calls whose answers it waited for. */
  readonly after: readonly number[]
  readonly start: number
  readonly duration: number
  /** Who answered: the service, the cache, or another request's call. */
  readonly source: 'service' | 'cache' | 'shared'
  /** Of a question about entities: how many were asked for, and how many the cache knew. */
  readonly entities?: { readonly asked: number; readonly cached: number }
  /** The GraphQL text. */
  readonly operation: string
  /** JSON, cut with "…". */
  readonly variables?: string
  /**
   * Paths of the client's answer that it gave, with lists as `[]`:
   * `me.accounts.edges[].node.branch.city`.
   */
  readonly fields: readonly string[]
  readonly attempts: readonly TracedAttempt[]
  /** Bytes of the request and of the answer. */
  readonly sent: number
  readonly received: number
  readonly errors: readonly { readonly code: string; readonly message: string }[]
}

/** One try of a call at one instance. */
export interface TracedAttempt {
  readonly instance: string
  readonly start: number
  readonly duration: number
  readonly outcome: 'answered' | 'failed' | 'cancelled'
  readonly reason?: string
  /** True for a second try beside a slow first one. */
  readonly hedge: boolean
}
