/**
 * Bounds the cost of a caller's operations over time, with the planning they need: a token bucket
 * per caller, refilled steadily.
 */
import { LRUCache } from 'lru-cache'
import { callerOf } from '../../exchange/caller-key.ts'
import type { Exchange } from '../../exchange/exchange.ts'
import { overLimit } from '../../limits/limits.ts'

export interface Budget {
  /**
   * Takes an operation's cost from the caller's budget. @throws BUDGET_EXHAUSTED with `retryAfter`
   * in seconds
   */
  spend(exchange: Exchange, cost: number): void
  /**
   * Takes the cost of refused input even if that overdraws the budget; until it is refilled,
   * nothing more can be spent.
   * @param size of the input, in characters or values
   */
  charge(exchange: Exchange, size: number): void
  /** The same for the time that planning took. @param caller as `callerOf` gives it */
  chargePlanning(caller: string, milliseconds: number): void
}

interface Bucket {
  left: number
  /** Milliseconds of `performance.now()`. */
  filledAt: number
}

const CALLERS = 50_000 // the least recently seen start anew
const REFUSAL = 1_000 // cost of any refused input, plus 1 per character or value
/**
 * Whatever the budget of a minute is, so much planning uses it up: one caller has a third of the
 * planner.
 */
const PLANNING = 20_000 // milliseconds
const MINUTE = 60_000 // milliseconds

/** @param perMinute also the most that can be spent at once */
export function createBudget(perMinute: number): Budget {
  const buckets = new LRUCache<string, Bucket>({ max: CALLERS })
  const leftOf = (key: string, now: number): number => {
    const { left, filledAt } = buckets.get(key) ?? { left: perMinute, filledAt: now }
    return Math.min(perMinute, left + ((now - filledAt) / MINUTE) * perMinute)
  }
  const take = (key: string, cost: number, floor: number): void => {
    const now = performance.now()
    const left = leftOf(key, now)
    const enough = left - cost >= floor
    buckets.set(key, { left: enough ? left - cost : left, filledAt: now })
    if (enough) return
    const retryAfter = Math.max(1, Math.ceil(((cost - left) / perMinute) * (MINUTE / 1000)))
    const message = `This caller's cost budget is used up; try again in ${retryAfter} s.`
    throw overLimit('costPerMinute', message, 'BUDGET_EXHAUSTED', { retryAfter })
  }
  return {
    spend: (exchange, cost) => take(callerOf(exchange), cost, 0),
    charge: (exchange, size) => take(callerOf(exchange), REFUSAL + size, Number.NEGATIVE_INFINITY),
    chargePlanning: (caller, milliseconds) =>
      take(caller, (perMinute * milliseconds) / PLANNING, Number.NEGATIVE_INFINITY),
  }
}

/** For callers that cannot be distinguished. */
export const noBudget: Budget = {
  spend: () => undefined,
  charge: () => undefined,
  chargePlanning: () => undefined,
}
