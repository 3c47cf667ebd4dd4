/**
 * One running copy of a service: its connections, and what is known of its health.
 */
import type { Breaker } from './call/breaker.ts'
import type { CallerBackoff } from './caller-backoff.ts'
import type { HttpPool, OutgoingRequest } from './client/pool.ts'
import type { FailureDetector } from './failure-detector.ts'
import type { FileClient } from './file-client.ts'
import type { ServiceSockets } from './sockets/service-sockets.ts'

export interface Instance {
  /** Without what may be secret of it; shown on the admin port only. */
  readonly url: string
  /** Scheme, host and port. */
  readonly origin: string
  /** The host to connect to, where the name of `origin` has several. */
  readonly at: string | undefined
  /** Where operations are posted. */
  readonly path: string
  /** The gateway's own credentials there; they are not sent beside a caller's. */
  readonly authorization: string | undefined
  /** For operations: answers that are small enough to be kept in memory. */
  readonly http: HttpPool
  /** For questions about health, which must not wait behind operations. */
  readonly health: HttpPool
  /** What is asked there. */
  readonly healthRequest: () => HealthRequest
  /** For files, which are handed on as they come. */
  readonly files: FileClient
  /** For subscriptions, of a service that takes them by WebSocket. */
  readonly sockets: ServiceSockets | undefined
  readonly breaker: Breaker
  readonly failureDetector: FailureDetector
  readonly backoff: CallerBackoff
  /** Calls sent and not yet answered. */
  inFlight: number
  /** HTTP answers to calls so far. */
  answers: number
  /**
   * When it said, in its last answer, that it is the one that writes, in milliseconds of
   * `performance.now()`; 0 where it did not, or has failed since.
   */
  wroteAt: number
  /** Questions about health in a row that were not answered, nor anything else meanwhile. */
  silences: number
  /** From the instance's own health answer; unknown where it has none. */
  pid: number | undefined
  /** The same of its kind. */
  kind: string | undefined
  /** The same of the database that it depends on. */
  store: Store | undefined
}

export interface Store {
  readonly name: string
  readonly health: 'ready' | 'unavailable' | 'unknown'
}

export type HealthRequest = Omit<OutgoingRequest, 'deadline'>

/** What the admin port says of an instance. */
export const healthOf = ({ breaker }: Instance): 'healthy' | 'unhealthy' =>
  breaker.state === 'closed' ? 'healthy' : 'unhealthy'
