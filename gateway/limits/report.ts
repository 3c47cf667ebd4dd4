/**
 * Reports who exceeded which limit: a metric per refusal, and log lines whose number is bounded.
 */
import { LRUCache } from 'lru-cache'
import { createLineBudget } from '../../platform/process/line-budget.ts'
import type { Logger } from '../../platform/process/log.ts'
import { Counter, type Registry } from '../../platform/process/prometheus.ts'
import type { LimitName } from './limits.ts'

/** @param caller as `callerOf` names it, or `address` with an IP address */
export type ReportLimit = (limit: LimitName, caller: string) => void

const INTERVAL = 30_000 // milliseconds between two lines about one caller and limit
const LINES = 100 // lines per interval for all callers together
const CALLERS = 10_000 // remembered pairs of caller and limit

export function createLimitReports(registry: Registry, log: Logger): ReportLimit {
  const refusals = new Counter({
    name: 'tributary_limit_refusals_total',
    help: 'Requests, messages and connections that a limit refused',
    labelNames: ['limit'],
    registers: [registry],
  })
  const told = new LRUCache<string, { at: number; refusals: number }>({ max: CALLERS })
  const takeLine = createLineBudget(LINES, INTERVAL)
  return (limit, caller) => {
    refusals.labels(limit).inc()
    const now = performance.now()
    const key = `${limit} ${caller}`
    const known = told.get(key)
    if (known && now - known.at < INTERVAL) {
      known.refusals += 1
      return
    }
    if (takeLine() === undefined) return
    log.warn({ limit, caller, ...(known && { sinceLastLine: known.refusals }) }, 'a limit refused a caller')
    told.set(key, { at: now, refusals: 0 })
  }
}
