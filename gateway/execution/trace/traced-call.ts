/**
 * One call in a trace. All times are milliseconds since the request began. Imports nothing, because
 * the playground's page uses it too.
 */

/** A call to a service, as planned. */
export interface TracedCall {
  readonly id: number
  readonly service: string
  readonly kind: 'stateful' | 'stateless'
  /** Ids of the calls whose answers it waited for. */
  readonly after: readonly number[]
  readonly start: number
  readonly duration: number
  /** Who answered: the service, the cache, or another request's call. */
  readonly source: 'service' | 'cache' | 'shared'
  /** For entities: how many were requested, and how many were in the cache. */
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
