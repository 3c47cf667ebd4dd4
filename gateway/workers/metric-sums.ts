/**
 * Sums the metrics of all workers to those of one gateway. A counter never falls: a dead worker's
 * last counts stay in the sum, because Prometheus takes a fall for a restart and counts the rest as
 * new. Also bounds the labels of all workers that ever ran.
 */
import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import { AggregatorRegistry } from '../../platform/process/prometheus.ts'
import { createLabels, MOST_SUMMED } from '../figures/labels.ts'

export type Metrics = MetricObjectWithValues<MetricValue<string>>[]

export interface MetricSums {
  /** Updates a worker's metrics. */
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

/** Replaces labels beyond their bound by `other`. */
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
