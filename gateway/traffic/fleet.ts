/**
 * Picks the instance of a service for the next call: for a mutation the one that says it writes, if
 * any; otherwise the less busy of two chosen at random.
 */
import type { ServiceDefinition } from './call/kind.ts'
import type { CallContext, ServiceCall } from './call/send.ts'
import type { Instance } from './instance.ts'
import { writerAmong } from './writer.ts'

export interface Fleet {
  readonly instances: readonly Instance[]
  /**
   * A healthy instance, if possible not in `avoid`; `undefined` if none is healthy. The caller must
   * use it: after a pause the breaker lets exactly one call through.
   * @param call an instance may have asked its caller to stay away
   */
  pick(avoid: ReadonlySet<Instance>, call?: PickedFor): Instance | undefined
  /**
   * The same for a request that says nothing about the instance's health: it does not take the
   * breaker's trial.
   */
  peek(avoid: ReadonlySet<Instance>): Instance | undefined
}

type PickedFor = Pick<ServiceCall, 'operation' | 'context'>

export function createFleet(
  instances: readonly Instance[],
  { kind, concurrency }: Pick<ServiceDefinition, 'kind' | 'concurrency'>,
): Fleet {
  /**
   * Any other instance would only forward the call, but that is better than waiting for a
   * connection.
   */
  const writerFor = (avoid: ReadonlySet<Instance>, now: number, context: CallContext): Instance | undefined => {
    const writer = writerAmong(instances)
    if (!writer || avoid.has(writer) || writer.inFlight >= concurrency) return undefined
    return isFit(writer, now, context) ? writer : undefined
  }
  return {
    instances,
    pick(avoid, call) {
      const now = performance.now()
      const prefersWriter = kind === 'stateful' && call?.operation === 'mutation'
      const writer = prefersWriter ? writerFor(avoid, now, call.context) : undefined
      const chosen = writer ?? choose(instances, avoid, now, call?.context)
      chosen?.breaker.enter(now)
      return chosen
    },
    peek: (avoid) => choose(instances, avoid, performance.now()),
  }
}

function choose(
  instances: readonly Instance[],
  avoid: ReadonlySet<Instance>,
  now: number,
  context?: CallContext,
): Instance | undefined {
  const [only] = instances
  if (instances.length === 1) return only && isFit(only, now, context) ? only : undefined
  const fit = instances.filter((instance) => isFit(instance, now, context))
  const fresh = avoid.size === 0 ? fit : fit.filter((instance) => !avoid.has(instance))
  return leastBusyOfTwo(fresh.length > 0 ? fresh : fit)
}

const isFit = ({ breaker, backoff }: Instance, now: number, context?: CallContext): boolean =>
  breaker.admits(now) && (context === undefined || backoff.left(context) === 0)

/**
 * "Power of two choices": nearly as even as comparing all, without the herd towards the single
 * least busy one.
 */
function leastBusyOfTwo(candidates: readonly Instance[]): Instance | undefined {
  const first = Math.floor(Math.random() * candidates.length)
  const offset = candidates.length < 2 ? 0 : 1 + Math.floor(Math.random() * (candidates.length - 1))
  const one = candidates[first]
  const other = candidates[(first + offset) % candidates.length]
  return one && other && other.inFlight < one.inFlight ? other : one
}
