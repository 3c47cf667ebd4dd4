/** All traffic to the services: what its kind says happens to a call, in order. The only module that hands out `send`. */
import type { Logger } from '../process/log.ts'
import { delivery } from './delivery.ts'
import { CallFailure, toClient } from './failure.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { healthOf, openInstance } from './instance.ts'
import type { ServiceDefinition, ServiceKind } from './kind.ts'
import { probeHealth } from './probe.ts'
import { queued } from './queue.ts'
import { retried } from './retry.ts'
import { bodyText, type Send } from './send.ts'
import type { Step } from './step.ts'

/** A service and where its instances are. */
export interface LocatedService {
  readonly definition: ServiceDefinition
  /** Base addresses, or whole endpoints where they have a path. */
  readonly addresses: readonly string[]
}

export interface TrafficOptions {
  readonly services: readonly LocatedService[]
  readonly secret: string | undefined
  /** Ask `/health/ready` of every instance; off where the services are not ours and the calls alone tell. */
  readonly probing: boolean
  readonly log: Logger
}

/** One row of `/services`. */
export interface ServiceStatus {
  readonly name: string
  readonly kind: ServiceKind
  readonly instances: readonly {
    readonly url: string
    readonly pid: number | null
    readonly health: 'healthy' | 'unhealthy'
  }[]
}

export interface Traffic {
  readonly send: Send
  status(): readonly ServiceStatus[]
  /** Closes every connection. Call it when nothing is in flight any more. */
  close(): Promise<void>
}

interface Route {
  readonly definition: ServiceDefinition
  readonly fleet: Fleet
  readonly step: Step
}

export function createTraffic({ services, secret, probing, log }: TrafficOptions): Traffic {
  const routes = new Map(services.map((service) => [service.definition.name, openRoute(service, secret)]))
  const instances = [...routes.values()].flatMap(({ fleet }) => fleet.instances)
  const stopProbing = probing ? probeHealth(instances) : () => undefined
  return {
    async send(call) {
      const { service, context } = call
      const route = routes.get(service)
      try {
        if (!route) throw new CallFailure('overload', 'the service has no address')
        const text = bodyText(call.body)
        const work = { call, text, deadline: performance.now() + route.definition.deadline }
        const { answer, freshness } = await route.step(work)
        context.observe(freshness)
        return answer
      } catch (error) {
        if (!(error instanceof CallFailure)) throw error
        if (error.kind !== 'cancelled') {
          log.warn({ service, requestId: context.requestId, kind: error.kind }, `a call failed: ${error.message}`)
        }
        throw toClient(error, service)
      }
    },
    status: () =>
      [...routes.values()].map(({ definition: { name, kind }, fleet }) => ({
        name,
        kind,
        instances: fleet.instances.map((instance) => ({
          url: instance.url,
          pid: instance.pid ?? null,
          health: healthOf(instance),
        })),
      })),
    async close() {
      stopProbing()
      await Promise.all(instances.map(({ pool }) => pool.destroy()))
    },
  }
}

function openRoute({ definition, addresses }: LocatedService, secret: string | undefined): Route {
  const { concurrency, queue } = definition
  const fleet = createFleet(addresses.map((address) => openInstance(address, concurrency)))
  const limits = { concurrency: concurrency * Math.max(1, addresses.length), length: queue }
  const tryOnce = delivery(definition, fleet, { secret, observe: () => undefined })
  return { definition, fleet, step: queued(retried(tryOnce), limits) }
}
