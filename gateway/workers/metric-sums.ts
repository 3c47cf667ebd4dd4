/**
 * The metrics of all workers as those of one gateway. A counter never falls: what a worker had
 * counted when it was last asked stays in the sum after its death. Prometheus would read a fall as
 * a restart, and count all that is left as new.
 */
import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import { AggregatorRegistry } from '../../platform/process/prometheus.ts'

export type Metrics = MetricObjectWithValues<MetricValue<string>>[]

export interface MetricSums {
  /** Takes in what a worker reports now. */
  update(worker: number, metrics: Metrics): void
  /** Keeps the counters of a worker that has ended, and drops its gauges. */
  end(worker: number): void
  /** In Prometheus' text format: each metric by its `aggregator`, the sum if it names none. */
  text(): Promise<string>
}

export function createMetricSums(): MetricSums {
  const running = new Map<number, Metrics>()
  let ended: Promise<Metrics> = Promise.resolve([])
  return {
    update(worker, metrics) {
      running.set(worker, metrics)
    },
    end(worker) {
      const last = running.get(worker)
      if (!last) return
      running.delete(worker)
      const counters = last.filter(({ type }) => String(type) !== 'gauge')
      ended = ended.then((before) => AggregatorRegistry.aggregate([before, counters]).getMetricsAsJSON())
    },
    async text() {
      const now = [...running.values()] // of the same instant as `ended`, so that no worker is missed
      return AggregatorRegistry.aggregate([...now, await ended]).metrics()
    },
  }
}
