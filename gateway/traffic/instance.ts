/**
 * One running copy of a service: its connections, and what is known of its health. Sends nothing by
 * itself.
 */
import { readAddress } from './address.ts'
import { type Breaker, createBreaker, NO_TRIALS } from './call/breaker.ts'
import { type CallerBackoff, createCallerBackoff } from './caller-backoff.ts'
import { createHttpPool, type HttpPool, type HttpRequest } from './client/pool.ts'
import { createEvidence, type Evidence } from './evidence.ts'
import { createFileClient, type FileClient } from './file-client.ts'

export interface Instance {
  /** Without what may be secret of it; shown on the admin port only. */
  readonly url: string
  /** Scheme, host and port. */
  readonly origin: string
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
  readonly breaker: Breaker
  readonly evidence: Evidence
  readonly backoff: CallerBackoff
  /** Calls sent and not yet answered. */
  inFlight: number
  /** HTTP answers to calls so far. */
  answers: number
  /** Questions about health in a row that were not answered, nor anything else meanwhile. */
  silences: number
  /** From the instance's own health answer; unknown where it has none. */
  pid: number | undefined
  /** The same of its kind. */
  kind: string | undefined
}

export type HealthRequest = Omit<HttpRequest, 'deadline'>

export interface InstanceOptions {
  /** Calls in flight at most: each has a connection. */
  readonly connections: number
  /**
   * It is called at `/graphql` where the address has no path, answers `/health/ready`, and names in
   * each answer the call that it answers.
   */
  readonly isOurs: boolean
  /** What is asked of one that is not ours to find out whether it is well. */
  readonly ask: (instance: Pick<Instance, 'path' | 'authorization'>) => HealthRequest
  /** Whether it answers a question about its health. */
  readonly isWell: (instance: Instance) => Promise<boolean>
}

const READY: HealthRequest = { method: 'GET', path: '/health/ready', headers: [], body: '' }
const QUESTIONS = 4 // about health at a time

export function openInstance(address: string, { connections, isOurs, ask, isWell }: InstanceOptions): Instance {
  const { shown: url, origin, path, authorization } = readAddress(address, isOurs ? '/graphql' : '/')
  const breaker = createBreaker(isOurs ? NO_TRIALS : undefined)
  const instance: Instance = {
    url,
    origin,
    path,
    authorization,
    http: createHttpPool(origin, connections, isOurs),
    health: createHttpPool(origin, QUESTIONS),
    healthRequest: () => (isOurs ? READY : ask(instance)),
    files: createFileClient(origin, connections),
    breaker,
    evidence: createEvidence(breaker, () => isWell(instance)),
    backoff: createCallerBackoff(),
    inFlight: 0,
    answers: 0,
    silences: 0,
    pid: undefined,
    kind: undefined,
  }
  return instance
}

/** Ends its connections at once. */
export async function closeInstance({ http, health, files, evidence }: Instance): Promise<void> {
  evidence.close()
  http.destroy()
  health.destroy()
  await files.close()
}

/** What the admin port says of an instance. */
export const healthOf = ({ breaker }: Instance): 'healthy' | 'unhealthy' =>
  breaker.state === 'closed' ? 'healthy' : 'unhealthy'
