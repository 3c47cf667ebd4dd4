/**
 * The instances of one service, and which of them the next call goes to: the one with fewer calls
 * in flight of two chosen at random.
 */

import type { CallContext } from './call/send.ts'
import type { Instance } from './instance.ts'

export interface Fleet {
  readonly instances: readonly Instance[]
  /**
   * An instance fit to be asked, one not in `avoid` where there is one; `undefined` where none is
   * fit. Whoever is given it must then use it: after a pause the breaker lets exactly one call
   * through.
   * @param context whose call it is: an instance may have asked its caller to stay away
   */
  pick(avoid: ReadonlySet<Instance>, context?: CallContext): Instance | undefined
  /**
   * The same for what will say nothing of the instance's health: nobody has to stay away meanwhile.
   */
  peek(avoid: ReadonlySet<Instance>): Instance | undefined
}

export function createFleet(instances: readonly Instance[]): Fleet {
  return {
    instances,
    pick(avoid, context) {
      const now = performance.now()
      const chosen = choose(instances, avoid, now, context)
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
  const isFit = ({ breaker, backoff }: Instance): boolean =>
    breaker.admits(now) && (context === undefined || backoff.left(context) === 0)
  const [only] = instances
  if (instances.length === 1) return only && isFit(only) ? only : undefined
  const fit = instances.filter(isFit)
  const fresh = avoid.size === 0 ? fit : fit.filter((instance) => !avoid.has(instance))
  return leastBusyOfTwo(fresh.length > 0 ? fresh : fit)
}

/**
 * "Power of two choices": as even as asking all, without the herd that follows the single least
 * busy one.
 */
function leastBusyOfTwo(candidates: readonly Instance[]): Instance | undefined {
  const first = Math.floor(Math.random() * candidates.length)
  const offset = candidates.length < 2 ? 0 : 1 + Math.floor(Math.random() * (candidates.length - 1))
  const one = candidates[first]
  const other = candidates[(first + offset) % candidates.length]
  return one && other && other.inFlight < one.inFlight ? other : one
}
