/** Exports durations and tallies to Prometheus. They are read only when metrics are collected. */
import { Counter, Histogram, type Registry } from '../../platform/process/prometheus.ts'
import { BOUNDS, countOf, type Durations } from './durations.ts'

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]

type LabelValues = Readonly<Record<string, string>>

interface Metric<Value> {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly read: () => Iterable<readonly [LabelValues, Value]>
}

export function exportDurations(registry: Registry, metric: Metric<Pick<Durations, 'total'>>): void {
  registry.registerMetric(new DurationsMetric(metric))
}

export function exportCounts(registry: Registry, { name, help, labelNames, read }: Metric<number>): void {
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      for (const [labels, count] of read()) this.inc({ ...labels }, count)
    },
  })
}

/** Prometheus' own histogram observes each value, at ten times the cost. */
class DurationsMetric extends Histogram {
  readonly #metric: Metric<Pick<Durations, 'total'>>
  /** Knows all but the values. */
  readonly #empty: Histogram

  constructor(metric: Metric<Pick<Durations, 'total'>>) {
    const { name, help, labelNames } = metric
    const options = { name, help, labelNames: [...labelNames], registers: [] }
    super(options)
    this.#metric = metric
    this.#empty = new Histogram(options)
  }

  override async get(): ReturnType<Histogram['get']> {
    const { name, read } = this.#metric
    const values = Array.from(read(), ([labels, durations]) => valuesOf(name, labels, durations)).flat()
    return { ...(await this.#empty.get()), values }
  }

  /** The registry calls this for its text, although its types do not say so. */
  getForPromString(): ReturnType<Histogram['get']> {
    return this.get()
  }
}

/** Buckets with what is in all lower ones, as Prometheus wants them. */
function valuesOf(name: string, labels: LabelValues, { total }: Pick<Durations, 'total'>) {
  const count = countOf(total)
  let bucket = 0
  let below = 0
  const buckets = SECONDS.map((seconds) => {
    while (bucket < BOUNDS.length && (BOUNDS[bucket] as number) <= seconds * 1000) {
      below += total.counts[bucket] as number
      bucket += 1
    }
    return { metricName: `${name}_bucket`, labels: { le: seconds, ...labels }, value: below }
  })
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: count },
    { metricName: `${name}_sum`, labels, value: total.milliseconds / 1000 },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
