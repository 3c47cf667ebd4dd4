/** Metrics of the standbys that serve reads. */
import { Counter, Gauge, type Registry } from '../../../platform/process/prometheus.ts'
import type { Served, Standbys } from './standbys.ts'

export function createStandbyMetrics(registry: Registry, lags: Standbys['lags']) {
  const registers = [registry]
  const reads = new Counter({
    name: 'tributary_past_reads_total',
    help: 'Reads of the past, by the kind of server that answered',
    labelNames: ['server'],
    registers,
  })
  new Gauge({
    name: 'tributary_standby_lag_seconds',
    help: 'How far a standby is behind the ledger; absent where it cannot be used',
    labelNames: ['host'],
    registers,
    collect() {
      this.reset()
      for (const [host, lag] of lags()) if (lag !== undefined) this.labels(host).set(lag / 1000)
    },
  })
  return { read: (served: Served) => reads.labels(served).inc() }
}
