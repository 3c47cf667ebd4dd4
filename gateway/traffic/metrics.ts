/**
 * What the traffic looks like in figures, in Prometheus' format. Counts only; nothing is decided by
 * it.
 */
import { Counter, Gauge, Histogram, type Registry } from '../../platform/process/prometheus.ts'
import type { FailureKind } from './call/failure.ts'
import type { ProbedService } from './health.ts'
import { healthOf, type Instance } from './instance.ts'
import { writerAmong } from './writer.ts'

/** One service's figures. */
export interface ServiceMetrics {
  /** @param milliseconds a whole answer of an instance took */
  answered(milliseconds: number): void
  failed(kind: FailureKind): void
  hits(count: number): void
  misses(count: number): void
}

export interface TrafficMetrics {
  service(name: string): ServiceMetrics
  /**
   * Makes the state of instances readable whenever figures are asked for, until the result is
   * called.
   */
  watch(services: readonly ProbedService[]): () => void
}

const ADDED_AT_ONCE = 256 // figures
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]

export function createTrafficMetrics(registry: Registry): TrafficMetrics {
  const registers = [registry]
  const figures = new Map<string, ServiceMetrics & { add(): void }>()
  const duration = new Histogram({
    name: 'tributary_service_answer_seconds',
    help: 'How long instances took to answer whole',
    labelNames: ['service'],
    buckets: SECONDS,
    registers,
    collect: () => {
      for (const { add } of figures.values()) add()
    },
  })
  const failures = new Counter({
    name: 'tributary_service_failures_total',
    help: 'Calls that ended without an answer, by how they failed',
    labelNames: ['service', 'kind'],
    registers,
  })
  const lookups = new Counter({
    name: 'tributary_cache_lookups_total',
    help: 'Answers and entities looked up in the cache of stateless services',
    labelNames: ['service', 'result'],
    registers,
  })
  const watched = new Set<ProbedService>()
  instanceGauges(registers, watched)
  return {
    service(name) {
      const known = figures.get(name)
      if (known) return known
      const made = serviceMetrics(duration.labels(name), (kind) => failures.labels(name, kind).inc(), {
        hits: lookups.labels(name, 'hit'),
        misses: lookups.labels(name, 'miss'),
      })
      figures.set(name, made)
      return made
    },
    watch(services) {
      for (const service of services) watched.add(service)
      return () => {
        for (const service of services) watched.delete(service)
      }
    },
  }
}

function serviceMetrics(
  duration: ReturnType<Histogram<'service'>['labels']>,
  failed: ServiceMetrics['failed'],
  { hits, misses }: Readonly<Record<'hits' | 'misses', ReturnType<Counter['labels']>>>,
): ServiceMetrics & { add(): void } {
  // One after the other they cost a fraction of what each costs by itself, in between other work.
  const seconds: number[] = []
  const add = (): void => {
    for (const one of seconds.splice(0)) duration.observe(one)
  }
  return {
    add,
    answered(milliseconds) {
      if (seconds.push(milliseconds / 1000) === ADDED_AT_ONCE) add()
    },
    failed,
    hits: (count) => hits.inc(count),
    misses: (count) => misses.inc(count),
  }
}

/** Read when figures are asked for, never in between. */
function instanceGauges(registers: Registry[], watched: ReadonlySet<ProbedService>): void {
  type Read = (instance: Instance, instances: readonly Instance[]) => number
  const each = (gauge: Gauge<'service' | 'instance'>, read: Read): void => {
    gauge.reset()
    for (const { name, instances } of watched)
      for (const instance of instances) gauge.set({ service: name, instance: instance.url }, read(instance, instances))
  }
  new Gauge({
    name: 'tributary_instance_healthy',
    help: '1 where calls go to the instance, 0 where they stay away, also if only of one worker',
    labelNames: ['service', 'instance'],
    aggregator: 'min',
    registers,
    collect() {
      each(this, (instance) => (healthOf(instance) === 'healthy' ? 1 : 0))
    },
  })
  new Gauge({
    name: 'tributary_instance_writer',
    help: '1 where the instance last said that it is the one that writes, and mutations go to it',
    labelNames: ['service', 'instance'],
    aggregator: 'max',
    registers,
    collect() {
      each(this, (instance, instances) => (writerAmong(instances) === instance ? 1 : 0))
    },
  })
  new Gauge({
    name: 'tributary_instance_in_flight',
    help: 'Calls sent to the instance and not yet answered',
    labelNames: ['service', 'instance'],
    registers,
    collect() {
      each(this, ({ inFlight }) => inFlight)
    },
  })
}
