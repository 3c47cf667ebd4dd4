/** A service's current traffic, for the live map. Figures of several processes are added up. */
import type { Spread } from '../figures/durations.ts'
import type { Breaker } from './call/breaker.ts'
import type { ServiceKind } from './call/kind.ts'
import type { Instance } from './instance.ts'
import type { ServiceMetrics } from './metrics.ts'
import { writerAmong } from './writer.ts'

/** Counts of the last seconds. */
export interface ServiceReading {
  readonly name: string
  readonly kind: ServiceKind
  readonly hits: number
  readonly misses: number
  readonly shared: number
  readonly hedges: number
  readonly retries: number
  readonly instances: readonly InstanceReading[]
}

export interface InstanceReading {
  readonly url: string
  readonly pid: number | undefined
  readonly breaker: Breaker['state']
  readonly store: Instance['store']
  readonly writes: boolean
  readonly inFlight: number
  readonly calls: Spread
}

interface Read {
  readonly name: string
  readonly kind: ServiceKind
  readonly instances: readonly Instance[]
  readonly figures: ServiceMetrics
}

/** @param now in milliseconds of `performance.now()` */
export function readService({ name, kind, instances, figures }: Read, now: number): ServiceReading {
  const { hits, misses, shared, hedges, retries } = figures
  return {
    name,
    kind,
    hits: hits.recent(now),
    misses: misses.recent(now),
    shared: shared.recent(now),
    hedges: hedges.recent(now),
    retries: retries.recent(now),
    instances: instances.map((instance) => ({
      url: instance.url,
      pid: instance.pid,
      breaker: instance.breaker.state,
      store: instance.store,
      writes: writerAmong(instances) === instance,
      inFlight: instance.inFlight,
      calls: figures.instance(instance.url).recent(now),
    })),
  }
}
