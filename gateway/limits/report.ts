/**
 * Reports who exceeded which limit: a metric per refusal, and log lines whose number is bounded.
 */
import { LRUCache } from 'lru-cache'
import { createLineBudget } from '../../platform/process/line-budget.ts'
import type { Logger } from '../../platform/process/log.ts'
import { Counter, type Registry } from '../../platform/process/prometheus.ts'
import type { BoundName } from './limits.ts'

/** @param caller as `callerOf` names it, or `address` with an IP address */
export type ReportLimit = (limit: BoundName, caller: string) => void

const INTERVAL = 30_000 // milliseconds between two lines about one caller and limit
const LINES = 100 // lines per interval for all callers together
const CALLERS = 10_000 // remembered pairs of caller and limit

const kinds = {
  refused: {
    name: 'tributary_limit_refusals_total',
    help: 'Requests, messages and connections that a limit refused',
    line: 'a limit refused a caller',
  },
  measured: {
    name: 'tributary_limit_would_refuse_total',
    help: 'Requests and streams that a measured limit would have refused or delayed',
    line: 'a limit would have refused a caller',
  },
} as const

/** @param kind `measured` for limits that refuse nothing */
export function createLimitReports(registry: Registry, log: Logger, kind: keyof typeof kinds = 'refused'): ReportLimit {
  const { name, help, line } = kinds[kind]
  const refusals = new Counter({
    name,
    help,
    labelNames: ['limit'],
    registers: [registry],
  })
  /** Made with the first refusal: it takes memory for all at once. */
  let told: LRUCache<string, { at: number; refusals: number }> | undefined
  const takeLine = createLineBudget(LINES, INTERVAL)
  return (limit, caller) => {
    refusals.labels(limit).inc()
    told ??= new LRUCache({ max: CALLERS })
    const now = performance.now()
    const key = `${limit} ${caller}`
    const known = told.get(key)
    if (known && now - known.at < INTERVAL) {
      known.refusals += 1
      return
    }
    if (takeLine() === undefined) return
    log.warn({ limit, caller, ...(known && { sinceLastLine: known.refusals }) }, line)
    told.set(key, { at: now, refusals: 0 })
  }
}
