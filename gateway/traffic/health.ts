/**
 * Sends health requests to instances. Those of our own services are asked each second, whatever
 * their calls do, so that a recovered one is used at once. `failure-detector.ts` asks an instance
 * of any service, but only after failed calls, and each second only until it is well.
 */
import type { Logger } from '../../platform/process/log.ts'
import { CallFailure } from './call/failure.ts'
import type { ServiceKind } from './call/kind.ts'
import type { Instance, Store } from './instance.ts'
import { doubtWriter, hearWriter } from './writer.ts'

const INTERVAL = 1_000 // milliseconds
const TIMEOUT = 2_000 // milliseconds
const FROZEN = 2 // unanswered health requests in a row

type Finding = 'well' | 'unwell' | 'silent'

export interface ProbedService {
  readonly name: string
  readonly kind: ServiceKind
  readonly instances: readonly Instance[]
}

/**
 * Starts probing instances of our own services; the result stops it. An instance whose kind differs
 * from the registry's is not used, and is logged once.
 */
export function probeHealth(services: readonly ProbedService[], log: Logger): () => void {
  const stopping = new AbortController()
  const named = new Set<Instance>()
  const ask = async ({ name, kind }: ProbedService, instance: Instance): Promise<void> => {
    await probe(instance, kind, stopping.signal)
    if (!isOfAnotherKind(instance, kind) || named.has(instance)) return
    named.add(instance)
    log.error({ service: name, url: instance.url }, `the registry says ${kind}, the service ${instance.kind}`)
  }
  const round = (): void => {
    for (const service of services) for (const instance of service.instances) void ask(service, instance)
  }
  round()
  const timer = setInterval(round, INTERVAL).unref()
  return () => {
    clearInterval(timer)
    stopping.abort()
  }
}

const isOfAnotherKind = (instance: Instance, kind: ServiceKind): boolean =>
  instance.kind !== undefined && instance.kind !== kind

async function probe(instance: Instance, kind: ServiceKind, stopping: AbortSignal): Promise<void> {
  const { answers } = instance
  const found = await findOut(instance)
  const finding = found === 'well' && isOfAnotherKind(instance, kind) ? 'unwell' : found
  if (stopping.aborted) return
  if (finding === 'well') instance.breaker.succeeded()
  // An instance that answers calls meanwhile is busy, not gone.
  else if (finding === 'unwell' || instance.answers === answers) instance.breaker.trip(performance.now())
  instance.silences = finding === 'silent' && instance.answers === answers ? instance.silences + 1 : 0
  if (instance.silences < FROZEN) return
  instance.pid = undefined
  instance.http.failAll(new CallFailure('timeout', 'it does not answer anything'))
}

/** Whether the instance answers the gateway's own health request. */
export const isWell = async (instance: Instance): Promise<boolean> => (await findOut(instance)) === 'well'

async function findOut(instance: Instance): Promise<Finding> {
  try {
    const deadline = performance.now() + TIMEOUT
    const healthRequest = instance.healthRequest()
    const answer = await instance.health.send({ ...healthRequest, deadline }).answer
    const { status, body } = answer
    hearWriter(instance, answer)
    const text = body.toString()
    if (healthRequest.method === 'POST') return status < 500 || speaksGraphQL(text) ? 'well' : 'unwell'
    const { pid, kind, store } = JSON.parse(text) as { pid?: unknown; kind?: unknown; store?: unknown }
    instance.pid = typeof pid === 'number' ? pid : undefined
    instance.kind = typeof kind === 'string' ? kind : undefined
    instance.store = storeOf(store)
    return status === 200 ? 'well' : 'unwell'
  } catch (error) {
    doubtWriter(instance)
    if (instance.store) instance.store = { ...instance.store, health: 'unknown' }
    return error instanceof CallFailure ? 'silent' : 'unwell'
  }
}

const LONGEST = 64 // characters of a name

function storeOf(store: unknown): Store | undefined {
  if (typeof store !== 'object' || store === null) return undefined
  const { name, status } = store as { name?: unknown; status?: unknown }
  if (typeof name !== 'string') return undefined
  return { name: name.slice(0, LONGEST), health: status === 'ready' || status === 'unavailable' ? status : 'unknown' }
}

const speaksGraphQL = (text: string): boolean => /^\s*\{\s*"(?:data|errors)"/.test(text)
