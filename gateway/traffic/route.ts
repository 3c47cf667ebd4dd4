/**
 * Assembles the steps of calls to one service. Both kinds have a queue and retries. Stateless
 * services also have the cache and the sharing of identical calls before them, and hedging after
 * them. For stateful services, simultaneous calls of one client request are gathered first.
 */

import type { Logger } from '../../platform/process/log.ts'
import type { ClientRules } from '../headers/to-client.ts'
import { tellsCaller } from '../headers/to-service.ts'
import type { Addresses, Resolve } from './addresses.ts'
import { cached } from './cache/cached.ts'
import type { AnswerStore } from './cache/store.ts'
import type { ServiceDefinition, StatelessService } from './call/kind.ts'
import type { Step } from './call/step.ts'
import { coalesced } from './coalesce.ts'
import { createHeaders, type DeliveryOptions, delivery, type HeadersFor } from './delivery.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { gathered } from './gather/gathered.ts'
import { hedged } from './hedge.ts'
import type { TrafficHooks } from './hooks.ts'
import { createLatency } from './latency.ts'
import type { ServiceMetrics } from './metrics.ts'
import { openInstances } from './open-instances.ts'
import { queued } from './queue.ts'
import { retried, type Try } from './retry.ts'

interface Route {
  readonly definition: ServiceDefinition
  readonly fleet: Fleet
  readonly step: Step
  readonly headersFor: HeadersFor
  readonly upgradeHeadersFor: HeadersFor
  /** Whether its answers are the same for every caller. */
  readonly isShared: boolean
  /** Resolves when the addresses of the instances are known. */
  readonly ready: Promise<void>
  /** Closes all instances. */
  close(): Promise<void>
}

interface RouteOptions {
  readonly definition: ServiceDefinition
  readonly addresses: Addresses
  readonly resolve: Resolve
  readonly secret: string | undefined
  readonly ownServices: boolean
  readonly store: AnswerStore
  readonly metrics: ServiceMetrics
  readonly hooks: TrafficHooks | undefined
  readonly clientRules: ClientRules | undefined
  readonly log: Logger
}

export function openRoute(options: RouteOptions): Route {
  const { definition, addresses, secret, ownServices: isOurs, metrics, hooks, clientRules, resolve, log } = options
  const opened = openInstances(addresses, { definition, secret, isOurs, resolve, log })
  const { instances } = opened
  const fleet = createFleet(instances, definition)
  const latency = createLatency()
  const observe: DeliveryOptions['observe'] = ({ url }, milliseconds, now) => {
    latency.record(milliseconds)
    metrics.instance(url).record(milliseconds, now)
  }
  const failed: DeliveryOptions['failed'] = ({ url }) => metrics.instance(url).fail(performance.now())
  const headersFor = createHeaders(definition, secret)
  const upgradeHeadersFor = createHeaders(definition, secret, 'GET')
  const isShared = definition.kind === 'stateless' && !tellsCaller(definition.headers)
  const isNamed = secret !== undefined
  const delivered = delivery(definition, fleet, { headersFor, isNamed, observe, failed, pick: clientRules?.pick })
  const tryOnce = hooks ? hooks.aroundTry(definition, delivered) : delivered
  const bounds = {
    get concurrency() {
      return definition.concurrency * Math.max(1, instances.length)
    },
    length: definition.queue,
  }
  const queue = (tryOnce: Try): Step =>
    queued(
      retried(tryOnce, definition.retries, () => metrics.retries.add(1)),
      bounds,
    )
  const step =
    definition.kind === 'stateful'
      ? gathered(queue(tryOnce))
      : shared(
          definition,
          queue(hedged(definition, tryOnce, { fleet, latency, onHedge: () => metrics.hedges.add(1) })),
          options,
        )
  return { definition, fleet, step, headersFor, upgradeHeadersFor, isShared, ready: opened.ready, close: opened.close }
}

/** The answers of a service that knows the caller are neither cached nor shared. */
function shared(definition: StatelessService, next: Step, { store, metrics, clientRules }: RouteOptions): Step {
  if (tellsCaller(definition.headers)) return next
  return cached(
    definition,
    coalesced(definition, next, store, () => metrics.shared.add(1)),
    store,
    metrics,
    clientRules,
  )
}
