/** Metrics of the traffic, for Prometheus. Counts only; no decision depends on it. */
import { Counter, Gauge, type Registry } from '../../platform/process/prometheus.ts'
import { addSpreads, createDurations, type Durations } from '../figures/durations.ts'
import { exportCounts, exportDurations } from '../figures/export.ts'
import { type ByLabel, byLabel, createLabels, MOST_INSTANCES } from '../figures/labels.ts'
import { createTally, type Tally } from '../figures/recent.ts'
import type { FailureKind } from './call/failure.ts'
import type { ProbedService } from './health.ts'
import { healthOf, type Instance } from './instance.ts'
import { writerAmong } from './writer.ts'

/** One service's figures. */
export interface ServiceMetrics {
  failed(kind: FailureKind): void
  /** Durations of an instance's whole answers, and its failed tries. */
  instance(url: string): Durations
  /** Answers and entities looked up in the cache. */
  readonly hits: Tally
  readonly misses: Tally
  /** Calls answered by another one in flight. */
  readonly shared: Tally
  /** Second tries of slow calls. */
  readonly hedges: Tally
  /** Further tries of failed calls. */
  readonly retries: Tally
}

export interface TrafficMetrics {
  service(name: string): ServiceMetrics
  /** Exports the state of instances, until the result is called. */
  watch(services: readonly ProbedService[]): () => void
}

interface Figures extends ServiceMetrics {
  readonly instances: ByLabel<Durations>
}

export function createTrafficMetrics(registry: Registry): TrafficMetrics {
  const registers = [registry]
  const figures = new Map<string, Figures>()
  const failures = new Counter({
    name: 'tributary_service_failures_total',
    help: 'Calls that ended without an answer, by how they failed',
    labelNames: ['service', 'kind'],
    registers,
  })
  exportInstances(registry, figures)
  exportTallies(registry, figures)
  const watched = new Set<ProbedService>()
  instanceGauges(registers, watched)
  return {
    service(name) {
      const known = figures.get(name)
      if (known) return known
      const instances = byLabel(createLabels(MOST_INSTANCES), createDurations)
      const made: Figures = {
        instances,
        failed: (kind) => failures.labels(name, kind).inc(),
        instance: instances.of,
        hits: createTally(),
        misses: createTally(),
        shared: createTally(),
        hedges: createTally(),
        retries: createTally(),
      }
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

function exportInstances(registry: Registry, figures: ReadonlyMap<string, Figures>): void {
  exportDurations(registry, {
    name: 'tributary_service_answer_seconds',
    help: 'How long instances took to answer whole',
    labelNames: ['service'],
    read: () => Array.from(figures, ([service, { instances }]) => [{ service }, sumOf(instances)] as const),
  })
  const ofInstances = <Value>(read: (durations: Durations) => Value) =>
    Array.from(figures).flatMap(([service, { instances }]) =>
      Array.from(instances.entries(), ([instance, durations]) => [{ service, instance }, read(durations)] as const),
    )
  exportDurations(registry, {
    name: 'tributary_instance_answer_seconds',
    help: 'How long the instance took to answer whole',
    labelNames: ['service', 'instance'],
    read: () => ofInstances((durations) => durations),
  })
  exportCounts(registry, {
    name: 'tributary_instance_failures_total',
    help: 'Calls to the instance that ended without an answer; those given up by their callers do not count',
    labelNames: ['service', 'instance'],
    read: () => ofInstances(({ total }) => total.failed),
  })
}

function sumOf(instances: ByLabel<Durations>): Pick<Durations, 'total'> {
  const totals = Array.from(instances.entries(), ([, { total }]) => total)
  return { total: { ...addSpreads(totals), milliseconds: totals.reduce((sum, one) => sum + one.milliseconds, 0) } }
}

function exportTallies(registry: Registry, figures: ReadonlyMap<string, Figures>): void {
  exportCounts(registry, {
    name: 'tributary_cache_lookups_total',
    help: 'Answers and entities looked up in the cache of stateless services',
    labelNames: ['service', 'result'],
    read: () =>
      Array.from(figures).flatMap(([service, { hits, misses }]) => [
        [{ service, result: 'hit' }, hits.total] as const,
        [{ service, result: 'miss' }, misses.total] as const,
      ]),
  })
  const tallies = [
    ['shared', 'Calls to stateless services that an identical one in flight answered'],
    ['hedges', 'Second tries of slow calls to stateless services'],
    ['retries', 'Further tries of failed calls'],
  ] as const
  for (const [tally, help] of tallies)
    exportCounts(registry, {
      name: `tributary_${tally === 'shared' ? 'shared_calls' : tally}_total`,
      help,
      labelNames: ['service'],
      read: () => Array.from(figures, ([service, figure]) => [{ service }, figure[tally].total] as const),
    })
}

/** Read only when metrics are collected. */
function instanceGauges(registers: Registry[], watched: ReadonlySet<ProbedService>): void {
  type Read = (instance: Instance, instances: readonly Instance[]) => number
  // Requests end on the configuration they began on: several can know one instance.
  const each = (gauge: Gauge<'service' | 'instance'>, write: 'set' | 'inc', read: Read): void => {
    gauge.reset()
    for (const { name, instances } of watched)
      for (const instance of instances)
        gauge[write]({ service: name, instance: instance.url }, read(instance, instances))
  }
  new Gauge({
    name: 'tributary_instance_healthy',
    help: '1 where calls go to the instance, 0 where they stay away, also if only of one worker',
    labelNames: ['service', 'instance'],
    aggregator: 'min',
    registers,
    collect() {
      each(this, 'set', (instance) => (healthOf(instance) === 'healthy' ? 1 : 0))
    },
  })
  new Gauge({
    name: 'tributary_instance_writer',
    help: '1 where the instance last said that it is the one that writes, and mutations go to it',
    labelNames: ['service', 'instance'],
    aggregator: 'max',
    registers,
    collect() {
      each(this, 'set', (instance, instances) => (writerAmong(instances) === instance ? 1 : 0))
    },
  })
  new Gauge({
    name: 'tributary_instance_in_flight',
    help: 'Calls sent to the instance and not yet answered',
    labelNames: ['service', 'instance'],
    registers,
    collect() {
      each(this, 'inc', ({ inFlight }) => inFlight)
    },
  })
}
