/** The way of a call to one service: the steps that its kind prescribes, in order. */
import { type CacheObserver, cached } from './cache/cached.ts'
import type { AnswerStore } from './cache/store.ts'
import type { ServiceDefinition, StatefulService, StatelessService } from './call/kind.ts'
import type { Step } from './call/step.ts'
import { coalesced } from './coalesce.ts'
import { delivery } from './delivery.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { isWell } from './health.ts'
import { healthRequestTo } from './health-request.ts'
import { hedged } from './hedge.ts'
import { type InstanceOptions, openInstance } from './instance.ts'
import { createLatency } from './latency.ts'
import type { ServiceMetrics } from './metrics.ts'
import { queued } from './queue.ts'
import { retried, type Try } from './retry.ts'

export interface Route {
  readonly definition: ServiceDefinition
  readonly fleet: Fleet
  readonly step: Step
}

export interface RouteOptions {
  readonly definition: ServiceDefinition
  readonly addresses: readonly string[]
  readonly secret: string | undefined
  readonly ownServices: boolean
  readonly store: AnswerStore
  readonly metrics: ServiceMetrics
}

export function openRoute({ definition, addresses, secret, ownServices, store, metrics }: RouteOptions): Route {
  const { concurrency, queue: length } = definition
  const ask: InstanceOptions['ask'] = (instance) => healthRequestTo(definition, instance, secret)
  const fleet = createFleet(
    addresses.map((address) => openInstance(address, { connections: concurrency, isOurs: ownServices, ask, isWell })),
  )
  const latency = createLatency()
  const observe = (milliseconds: number): void => {
    latency.record(milliseconds)
    metrics.answered(milliseconds)
  }
  const tryOnce = delivery(definition, fleet, { secret, observe })
  const bounds = { concurrency: concurrency * Math.max(1, addresses.length), length }
  const step =
    definition.kind === 'stateful'
      ? statefulSteps(definition, tryOnce, bounds)
      : statelessSteps(
          definition,
          (service) => (service.hedging ? hedged(service, tryOnce, fleet, latency) : tryOnce),
          bounds,
          store,
          metrics,
        )
  return { definition, fleet, step }
}

type Bounds = Parameters<typeof queued>[1]

/** Queue, then tries: no cache, no sharing, no hedging. */
const statefulSteps = (_service: StatefulService, tryOnce: Try, bounds: Bounds): Step =>
  queued(retried(tryOnce), bounds)

/**
 * Cache, then one call for all that want the same, then queue, then tries with a second instance
 * for slow ones.
 */
function statelessSteps(
  service: StatelessService,
  tryOf: (service: StatelessService) => Try,
  bounds: Bounds,
  store: AnswerStore,
  observer: CacheObserver,
): Step {
  const called = queued(retried(tryOf(service)), bounds)
  const shared = service.coalescing ? coalesced(service, called) : called
  return service.sharedCache ? cached(service, shared, store, observer) : shared
}
