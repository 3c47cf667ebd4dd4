/**
 * Keeps budgets in Redis, for all gateways together. Each process also counts its own spending,
 * which refuses at once, and continues alone while Redis is away.
 */
import type { RedisConnection } from '../../../platform/redis/connection.ts'
import { callerOf } from '../../exchange/caller-key.ts'
import type { Exchange } from '../../exchange/exchange.ts'
import type { BudgetPlans } from '../../limits/budget-plans.ts'
import type { BoundName } from '../../limits/limits.ts'
import type { ReportLimit } from '../../limits/report.ts'
import { type Budget, exhausted } from './budget.ts'

/**
 * Takes a cost from each window, or from none. Uses Redis' own clock; one that was set back takes
 * nothing away, and refills from then on. Returns the milliseconds to wait, and the rest of each
 * window. KEYS: one per window; ARGV: cost, then cost and milliseconds of each window.
 */
const SPEND = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local cost = tonumber(ARGV[1])
local left, wait = {}, 0
for i = 1, #KEYS do
  local most, every = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local kept = redis.call('HMGET', KEYS[i], 'left', 'at')
  left[i] = most
  if kept[1] then
    local passed = now - kept[2]
    if passed < 0 then
      passed = 0
      redis.call('HSET', KEYS[i], 'at', now)
    end
    left[i] = math.min(most, kept[1] + passed / every * most)
  end
  if left[i] < cost then wait = math.max(wait, (cost - left[i]) / most * every) end
end
local answer = { math.ceil(wait) }
for i = 1, #KEYS do
  if wait == 0 then
    local most, every = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
    left[i] = left[i] - cost
    redis.call('HSET', KEYS[i], 'left', left[i], 'at', now)
    redis.call('PEXPIRE', KEYS[i], math.ceil((most - left[i]) / most * every) + 1000)
  end
  answer[i + 1] = math.floor(left[i])
end
return answer
`

/** Rejects with BUDGET_EXHAUSTED. `undefined` while Redis is away. */
export type SpendShared = (exchange: Exchange) => Promise<void> | undefined

interface SharedBudgetOptions {
  readonly redis: RedisConnection
  readonly plans: BudgetPlans
  /** The budget of this process, which has counted this spending already. */
  readonly own: Budget
  readonly measured: ReadonlySet<BoundName>
  readonly reportMeasured: ReportLimit
}

export function shareBudget({ redis, plans, own, measured, reportMeasured }: SharedBudgetOptions): SpendShared {
  return (exchange) => {
    const caller = callerOf(exchange)
    const { windows, limit } = plans.planOf(exchange.apiClient)
    if (windows.length === 0 || own.isOver(exchange)) return undefined
    const spent = redis.run(
      SPEND,
      // Braces keep the keys of one caller together in a cluster.
      windows.map(({ every }) => `tributary:budget:{${caller}}:${every}`),
      [exchange.cost, ...windows.flatMap(({ cost, every }) => [cost, every])],
    )
    return spent?.then((answer) => {
      if (!answer) return
      const [wait = 0, ...left] = answer as readonly number[]
      if (wait > 0) own.giveBack(exchange, exchange.cost)
      own.learn(exchange, left)
      if (wait === 0) return
      if (!measured.has(limit)) throw exhausted(limit, wait)
      reportMeasured(limit, caller)
    })
  }
}
