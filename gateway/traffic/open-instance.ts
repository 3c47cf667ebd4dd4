/** Opens and closes instances. */
import { readAddress } from './address.ts'
import { createBreaker, NO_TRIALS } from './call/breaker.ts'
import type { ServiceDefinition } from './call/kind.ts'
import { createCallerBackoff } from './caller-backoff.ts'
import { createHttpPool } from './client/pool.ts'
import { createFailureDetector } from './failure-detector.ts'
import { createFileClient } from './file-client.ts'
import { isWell } from './health.ts'
import { healthRequestTo } from './health-request.ts'
import type { HealthRequest, Instance } from './instance.ts'

interface InstanceOptions {
  readonly definition: ServiceDefinition
  /** Signs health requests; without it none is signed. */
  readonly secret: string | undefined
  /**
   * It is called at `/graphql` where the address has no path, answers `/health/ready`, and names in
   * each answer the call that it answers.
   */
  readonly isOurs: boolean
}

const READY: HealthRequest = { method: 'GET', path: '/health/ready', headers: [], body: Buffer.alloc(0) }
const QUESTIONS = 4 // about health at a time

export function openInstance(address: string, { definition, secret, isOurs }: InstanceOptions): Instance {
  const { shown: url, origin, path, authorization } = readAddress(address, isOurs ? '/graphql' : '/')
  const breaker = createBreaker(isOurs ? NO_TRIALS : undefined)
  const instance: Instance = {
    url,
    origin,
    path,
    authorization,
    http: createHttpPool(origin, definition.concurrency, {
      echoes: isOurs,
      // A stateless service's answers are shared and kept.
      lends: definition.kind === 'stateful',
    }),
    health: createHttpPool(origin, QUESTIONS),
    healthRequest: () => (isOurs ? READY : healthRequestTo(definition, instance, secret)),
    files: createFileClient(origin, definition.concurrency),
    breaker,
    failureDetector: createFailureDetector(breaker, () => isWell(instance)),
    backoff: createCallerBackoff(),
    inFlight: 0,
    answers: 0,
    wroteAt: 0,
    silences: 0,
    pid: undefined,
    kind: undefined,
  }
  return instance
}

/** Ends its connections at once. */
export async function closeInstance({ http, health, files, failureDetector }: Instance): Promise<void> {
  failureDetector.close()
  http.destroy()
  health.destroy()
  await files.close()
}
