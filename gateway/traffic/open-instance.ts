/** Opens and closes instances. */
import { isIPv6 } from 'node:net'
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
import { createServiceSockets } from './sockets/service-sockets.ts'

export interface InstanceOptions {
  readonly definition: ServiceDefinition
  /** Signs health requests; without it none is signed. */
  readonly secret: string | undefined
  /**
   * It is called at `/graphql` if the address has no path, answers `/health/ready`, and repeats the
   * call's id in each answer.
   */
  readonly isOurs: boolean
  /** The host to connect to, if the address's name has several. */
  readonly at?: string
}

const READY: HealthRequest = { method: 'GET', path: '/health/ready', headers: [], body: Buffer.alloc(0) }
const QUESTIONS = 6 // health requests at a time: each may take 2 s, and two are sent every second

export function openInstance(address: string, { definition, secret, isOurs, at }: InstanceOptions): Instance {
  const { shown, origin, path, authorization } = readAddress(address, isOurs ? '/graphql' : '/')
  const breaker = createBreaker(isOurs ? NO_TRIALS : undefined)
  const instance: Instance = {
    url: at === undefined ? shown : shownAt(shown, at),
    origin,
    at,
    path,
    authorization,
    http: createHttpPool(origin, definition.concurrency, {
      echoes: isOurs,
      // A stateless service's answers are shared and kept.
      lends: definition.kind === 'stateful',
      at,
      most: definition.answerBytes,
    }),
    health: createHttpPool(origin, QUESTIONS, { at }),
    healthRequest: () => (isOurs ? READY : healthRequestTo(definition, instance, secret)),
    files: createFileClient(origin, definition.concurrency, at),
    sockets: definition.subscriptions === 'ws' ? createServiceSockets() : undefined,
    breaker,
    failureDetector: createFailureDetector(breaker, () => isWell(instance)),
    backoff: createCallerBackoff(),
    inFlight: 0,
    answers: 0,
    wroteAt: 0,
    silences: 0,
    pid: undefined,
    kind: undefined,
    store: undefined,
  }
  return instance
}

/** The address with the host instead of its name. */
function shownAt(shown: string, at: string): string {
  const url = new URL(shown)
  url.hostname = isIPv6(at) ? `[${at}]` : at
  return url.pathname === '/' ? url.origin : url.href
}

/** Ends its connections at once. */
export async function closeInstance({ http, health, files, failureDetector }: Instance): Promise<void> {
  failureDetector.close()
  http.destroy()
  health.destroy()
  await files.close()
}
