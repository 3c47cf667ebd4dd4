/**
 * What the live map shows, as `GET /map` answers it. Types only: the page is bundled for browsers
 * and the server is not. Rates are per second, durations in milliseconds, both of the last 10 s;
 * a duration is `null` if there was nothing to measure.
 */

export interface Rates {
  readonly requests: number
  readonly errors: number
  readonly p50: number | null
  readonly p99: number | null
}

export interface LiveMap {
  /** When it was taken, in Unix milliseconds. */
  readonly at: number
  /** Seconds that rates and durations cover. */
  readonly seconds: number
  readonly gateway: MappedGateway
  readonly services: readonly MappedService[]
  /** The busiest first, at most 20. */
  readonly operations: readonly MappedOperation[]
}

export interface MappedGateway extends Rates {
  readonly state: string
  /** Processes that take requests. */
  readonly workers: number
  readonly p95: number | null
  /** Requests answered with the execution of an identical one. */
  readonly shared: number
  /** Open now. */
  readonly subscriptions: number
}

export interface MappedService {
  readonly name: string
  readonly kind: 'stateful' | 'stateless'
  readonly instances: readonly MappedInstance[]
  /** Answers and entities looked up in the cache; `null` for a stateful service. */
  readonly cache: { readonly hits: number; readonly misses: number } | null
  /** Calls that an identical one in flight answered. */
  readonly shared: number
  readonly hedges: number
  readonly retries: number
  /** The database it says that it depends on. */
  readonly store: { readonly name: string; readonly health: StoreHealth } | null
}

export type StoreHealth = 'ready' | 'unavailable' | 'unknown'
export type Breaker = 'closed' | 'half-open' | 'open'

export interface MappedInstance extends Rates {
  readonly url: string
  readonly pid: number | null
  readonly health: 'healthy' | 'unhealthy'
  readonly breaker: Breaker
  /** Whether it said that it is the one that writes. */
  readonly writes: boolean
  readonly inFlight: number
}

export interface MappedOperation extends Rates {
  readonly name: string
  /** The services that its plan asks, those of one step at a time. */
  readonly stages: readonly (readonly string[])[]
}
