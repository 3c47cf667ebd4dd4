/**
 * Bounds the cost of a caller's operations over time, with the planning they need: a token bucket
 * per caller and window, refilled steadily.
 */
import { LRUCache } from 'lru-cache'
import { callerOf } from '../../exchange/caller-key.ts'
import type { Exchange } from '../../exchange/exchange.ts'
import type { BudgetPlan, BudgetPlans, BudgetWindow } from '../../limits/budget-plans.ts'
import { type BoundName, overLimit } from '../../limits/limits.ts'
import type { ReportLimit } from '../../limits/report.ts'

export interface Budget {
  /**
   * Takes an operation's cost from the caller's budget. @throws BUDGET_EXHAUSTED with `retryAfter`
   * in seconds, or OPERATION_TOO_COMPLEX for more than a full window has
   */
  spend(exchange: Exchange, cost: number): void
  /** Takes back what `spend` took for an operation that is refused elsewhere. */
  giveBack(exchange: Exchange, cost: number): void
  /**
   * Takes the cost of refused input even if that overdraws the budget; until it is refilled,
   * nothing more can be spent.
   * @param size of the input, in characters or values
   */
  charge(exchange: Exchange, size: number): void
  /** The same for the time that planning took. @param caller as `callerOf` gives it */
  chargePlanning(caller: string, milliseconds: number): void
  /** Whether `spend` has reported that it would have refused this. */
  isOver(exchange: Exchange): boolean
  /** Lowers what is left of each window of the caller to what is left elsewhere. */
  learn(exchange: Exchange, left: readonly number[]): void
  /** What is left of each window, and what it has when it is full. */
  left(exchange: Exchange): readonly (BudgetWindow & { readonly left: number })[]
}

interface Bucket {
  windows: readonly BudgetWindow[]
  /** The rest of each window. */
  left: number[]
  /** Milliseconds of `performance.now()`. */
  filledAt: number
}

/** What each caller has left; outlives a change of the configuration. */
export type Buckets = LRUCache<string, Bucket>

const CALLERS = 50_000 // the least recently seen start anew
const REFUSAL = 1_000 // cost of any refused input, plus 1 per character or value
/**
 * This much planning uses up a minute's budget, whatever its size: one caller gets a third of the
 * planner.
 */
const PLANNING = 20_000 // milliseconds
const MINUTE = 60_000 // milliseconds

export const createBuckets = (): Buckets => new LRUCache({ max: CALLERS })

/** @param measured limits that refuse nothing and are reported instead */
export function createBudget(
  { planOf }: Pick<BudgetPlans, 'planOf'>,
  measured: ReadonlySet<BoundName> = new Set(),
  reportMeasured: ReportLimit = () => undefined,
  buckets: Buckets = createBuckets(),
): Budget {
  const filled = (caller: string, { windows }: Pick<BudgetPlan, 'windows'>): Bucket => {
    const now = performance.now()
    const bucket = buckets.get(caller)
    if (!bucket) {
      const made = { windows, left: windows.map(({ cost }) => cost), filledAt: now }
      buckets.set(caller, made)
      return made
    }
    if (bucket.windows !== windows) {
      bucket.left = windows.map(({ every, cost }) => Math.min(cost, leftOf(bucket, every) ?? cost))
      bucket.windows = windows
    }
    const { left } = bucket
    const passed = now - bucket.filledAt
    bucket.windows.forEach(({ every, cost }, at) => {
      left[at] = Math.min(cost, (left[at] ?? 0) + (passed / every) * cost)
    })
    bucket.filledAt = now
    return bucket
  }

  const reported = new WeakSet<Exchange>()

  const take = ({ left }: Bucket, cost: number): void => {
    for (let at = 0; at < left.length; at += 1) left[at] = (left[at] ?? 0) - cost
  }

  return {
    spend(exchange, cost) {
      const caller = callerOf(exchange)
      const plan = planOf(exchange.apiClient)
      const bucket = filled(caller, plan)
      const wait = waitFor(bucket, cost)
      if (wait === 0) take(bucket, cost)
      else if (measured.has(plan.limit)) {
        // A new text is looked at before its cost is known, and once more after it.
        if (!reported.has(exchange)) reportMeasured(plan.limit, caller)
        reported.add(exchange)
      } else throw neverFits(plan, cost) ?? exhausted(plan.limit, wait)
    },
    giveBack(exchange, cost) {
      take(filled(callerOf(exchange), planOf(exchange.apiClient)), -cost)
    },
    isOver: (exchange) => reported.has(exchange),
    charge(exchange, size) {
      take(filled(callerOf(exchange), planOf(exchange.apiClient)), REFUSAL + size)
    },
    chargePlanning(caller, milliseconds) {
      // The plan of a caller is only known once it has spent before.
      const { windows, left } = filled(caller, buckets.get(caller) ?? planOf(undefined))
      windows.forEach(({ every, cost }, at) => {
        left[at] = (left[at] ?? 0) - (milliseconds / PLANNING) * cost * (MINUTE / every)
      })
    },
    left(exchange) {
      const { windows, left } = filled(callerOf(exchange), planOf(exchange.apiClient))
      return windows.map((window, at) => ({ ...window, left: Math.floor(left[at] ?? 0) }))
    },
    learn(exchange, elsewhere) {
      const { left } = filled(callerOf(exchange), planOf(exchange.apiClient))
      for (const [at, most] of elsewhere.entries()) left[at] = Math.min(left[at] ?? most, most)
    },
  }
}

/** The rest of the window with this length, if there is one. */
const leftOf = ({ windows, left }: Bucket, every: number): number | undefined =>
  left[windows.findIndex((window) => window.every === every)]

/** Milliseconds until every window has this cost. */
function waitFor({ windows, left }: Bucket, cost: number): number {
  let longest = 0
  windows.forEach((window, at) => {
    const missing = cost - (left[at] ?? 0)
    if (missing > 0) longest = Math.max(longest, (missing / window.cost) * window.every)
  })
  return longest
}

/** Of an operation that no waiting helps. */
function neverFits({ windows, limit }: BudgetPlan, cost: number): Error | undefined {
  const most = Math.min(...windows.map((window) => window.cost))
  if (cost <= most) return undefined
  return overLimit(limit, `The operation costs ${cost}; its caller may spend at most ${most} at once.`)
}

export function exhausted(limit: BoundName, wait: number): Error {
  const retryAfter = Math.max(1, Math.ceil(wait / 1000))
  const message = `This caller's cost budget is used up; try again in ${retryAfter} s.`
  return overLimit(limit, message, 'BUDGET_EXHAUSTED', { retryAfter })
}

/** For callers that cannot be distinguished. */
export const noBudget: Budget = {
  spend: () => undefined,
  giveBack: () => undefined,
  charge: () => undefined,
  chargePlanning: () => undefined,
  isOver: () => false,
  learn: () => undefined,
  left: () => [],
}
