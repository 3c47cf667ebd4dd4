/** One instance of a service: its connections and its health. */
import type { Breaker } from './call/breaker.ts'
import type { CallerBackoff } from './caller-backoff.ts'
import type { HttpPool, OutgoingRequest } from './client/pool.ts'
import type { FailureDetector } from './failure-detector.ts'
import type { FileClient } from './file-client.ts'
import type { ServiceSockets } from './sockets/service-sockets.ts'

export interface Instance {
  /** Without secrets; shown on the admin port only. */
  readonly url: string
  /** Scheme, host and port. */
  readonly origin: string
  /** The host to connect to, if the name of `origin` has several. */
  readonly at: string | undefined
  /** Where operations are posted. */
  readonly path: string
  /** The gateway's own credentials there; they are not sent beside a caller's. */
  readonly authorization: string | undefined
  /** For operations: answers that are small enough to be kept in memory. */
  readonly http: HttpPool
  /** For questions about health, which must not wait behind operations. */
  readonly health: HttpPool
  /** Makes the health request. */
  readonly healthRequest: () => HealthRequest
  /** For files, which are streamed. */
  readonly files: FileClient
  /** For subscriptions of a service that takes them by WebSocket. */
  readonly sockets: ServiceSockets | undefined
  readonly breaker: Breaker
  readonly failureDetector: FailureDetector
  readonly backoff: CallerBackoff
  /** Calls sent and not yet answered. */
  inFlight: number
  /** HTTP answers to calls so far. */
  answers: number
  /**
   * When its last answer said that it is the writer, in milliseconds of `performance.now()`; 0 if
   * it did not, or if it failed since.
   */
  wroteAt: number
  /** Unanswered health requests in a row, without any other answer meanwhile. */
  silences: number
  /** From the instance's health answer; `undefined` if it has none. */
  pid: number | undefined
  /** Its kind, likewise. */
  kind: string | undefined
  /** The database that it depends on, likewise. */
  store: Store | undefined
}

export interface Store {
  readonly name: string
  readonly health: 'ready' | 'unavailable' | 'unknown'
}

export type HealthRequest = Omit<OutgoingRequest, 'deadline'>

/** The health of an instance for the admin port. */
export const healthOf = ({ breaker }: Instance): 'healthy' | 'unhealthy' =>
  breaker.state === 'closed' ? 'healthy' : 'unhealthy'
