/** What one caller's operations may cost together over time: a token bucket per caller, refilled steadily. */
import { LRUCache } from 'lru-cache'
import { overLimit } from '../limits/limits.ts'
import { callerOf } from './caller-key.ts'
import type { Exchange } from './exchange.ts'

/** Takes an operation's cost from the caller's budget. @throws BUDGET_EXHAUSTED with `retryAfter` in seconds */
export type SpendBudget = (exchange: Exchange, cost: number) => void

interface Bucket {
  left: number
  /** Milliseconds of `performance.now()`. */
  filledAt: number
}

const CALLERS = 50_000 // those not seen for longest start anew
const MINUTE = 60_000 // milliseconds

/** @param perMinute also the most that can be spent at once */
export function createBudget(perMinute: number): SpendBudget {
  const buckets = new LRUCache<string, Bucket>({ max: CALLERS })
  return (exchange, cost) => {
    const key = callerOf(exchange)
    const now = performance.now()
    const bucket = buckets.get(key) ?? { left: perMinute, filledAt: now }
    const left = Math.min(perMinute, bucket.left + ((now - bucket.filledAt) / MINUTE) * perMinute)
    const enough = left >= cost
    buckets.set(key, { left: enough ? left - cost : left, filledAt: now })
    if (enough) return
    const retryAfter = Math.max(1, Math.ceil(((cost - left) / perMinute) * (MINUTE / 1000)))
    exchange.headers.set('retry-after', String(retryAfter))
    const message = `The budget is used up; try again in ${retryAfter} s.`
    throw overLimit('costPerMinute', message, 'BUDGET_EXHAUSTED', { retryAfter })
  }
}
