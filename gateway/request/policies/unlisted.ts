/** Reports operations that a safelist in log mode would refuse: a metric, and bounded log lines. */
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { createLineBudget } from '../../../platform/process/line-budget.ts'
import type { Logger } from '../../../platform/process/log.ts'
import { Counter, type Registry } from '../../../platform/process/prometheus.ts'
import { namesOf } from '../../../platform/protocol/trace-context.ts'
import type { Exchange } from '../../exchange/exchange.ts'

export type ReportUnlisted = (exchange: Exchange, client: string | undefined) => void

const INTERVAL = 30_000 // milliseconds between two lines about one operation of one client
const LINES = 100 // lines per interval for all operations together
const OPERATIONS = 10_000 // remembered

/** Counts lists of operations that were refused. */
export function createListMetrics(registry: Registry): () => void {
  const refused = new Counter({
    name: 'tributary_safelists_refused_total',
    help: 'Lists of operations that were written and could not serve',
    aggregator: 'max', // each worker reads the same ones
    registers: [registry],
  })
  return () => refused.inc()
}

export function createUnlistedReports(registry: Registry, log: Logger): ReportUnlisted {
  const unlisted = new Counter({
    name: 'tributary_unlisted_operations_total',
    help: 'Operations that a safelist in log mode would have refused',
    registers: [registry],
  })
  /** Made with the first of them: it takes memory for all at once. */
  let told: LRUCache<string, number> | undefined
  const takeLine = createLineBudget(LINES, INTERVAL)
  return (exchange, client) => {
    const { query, operationName } = exchange.parameters
    unlisted.inc()
    told ??= new LRUCache({ max: OPERATIONS })
    const sha256 = hash('sha256', query, 'hex')
    const key = `${sha256} ${client}`
    const now = performance.now()
    if (now - (told.get(key) ?? Number.NEGATIVE_INFINITY) < INTERVAL || takeLine() === undefined) return
    told.set(key, now)
    log.warn({ ...namesOf(exchange), client, operationName, sha256 }, 'an operation is not on the safelist')
  }
}
