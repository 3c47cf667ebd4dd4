/**
 * The metrics of all workers as those of one gateway. A counter never falls: what a worker had
 * counted when it was last asked stays in the sum after its death. Prometheus would read a fall as
 * a restart, and count all that is left as new. Each worker bounds the names it shows by itself:
 * here those of all that ever ran are bounded.
 */
import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import { AggregatorRegistry } from '../../platform/process/prometheus.ts'
import { createLabels, MOST_SUMMED } from '../figures/labels.ts'

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
  const bounded = createBound()
  return {
    update(worker, metrics) {
      running.set(worker, bounded(metrics))
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

/** Puts `other` in place of what goes beyond the bound of its label. */
function createBound(): (metrics: Metrics) => Metrics {
  const names = ['operation', 'client', 'instance'].map((label) => [label, createLabels(MOST_SUMMED)] as const)
  return (metrics) =>
    metrics.map((metric) => ({
      ...metric,
      values: metric.values.map((value) => {
        const labels = { ...value.labels }
        for (const [label, { of }] of names) if (labels[label] !== undefined) labels[label] = of(String(labels[label]))
        return { ...value, labels }
      }),
    }))
}
