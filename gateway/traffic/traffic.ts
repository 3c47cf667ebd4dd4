/** All traffic to the services. The only module that hands out `send`. */
import type { ServerResponse } from 'node:http'
import type { Logger } from '../../platform/process/log.ts'
import type { Named } from '../../platform/protocol/trace-context.ts'
import type { ClientRules } from '../headers/to-client.ts'
import { type Addresses, type Resolve, resolveHost } from './addresses.ts'
import type { AnswerStore } from './cache/store.ts'
import { tagsToPurge } from './cache/tags.ts'
import { CallFailure, toClient } from './call/failure.ts'
import type { ServiceDefinition, ServiceKind } from './call/kind.ts'
import type { Send, ServiceAnswer, SubscriptionCall } from './call/send.ts'
import { type Download, download } from './download.ts'
import { createFailureLog } from './failure-log.ts'
import { type ProbedService, probeHealth } from './health.ts'
import type { TrafficHooks } from './hooks.ts'
import { healthOf } from './instance.ts'
import type { TrafficMetrics } from './metrics.ts'
import { readService, type ServiceReading } from './reading.ts'
import { openRoute } from './route.ts'
import { subscription } from './subscription.ts'

/** A service and the addresses of its instances. */
export interface LocatedService {
  readonly definition: ServiceDefinition
  /**
   * Whole endpoints; an address of one of our own services may be a base address without a path.
   */
  readonly addresses: Addresses
}

export interface TrafficOptions {
  readonly services: readonly LocatedService[]
  readonly secret: string | undefined
  /** True if each instance answers `/health/ready` and repeats the call's id in each answer. */
  readonly ownServices: boolean
  /** The store of answers of stateless services. */
  readonly store: AnswerStore
  readonly metrics: TrafficMetrics
  readonly hooks?: TrafficHooks | undefined
  /** Which headers of the services' answers clients get; `undefined` for none. */
  readonly clientRules?: ClientRules | undefined
  readonly log: Logger
  /** Resolves a name; by default as the system does. */
  readonly resolve?: Resolve
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
  /**
   * Subscribes at a healthy instance; ends when the service completes. Throws like `send` if the
   * stream breaks; just ends if `signal` is aborted.
   */
  subscribe(call: SubscriptionCall, signal: AbortSignal): AsyncGenerator<ServiceAnswer, void, undefined>
  /** The service that serves files at a path; `undefined` if none does. */
  serviceOfPath(path: string): string | undefined
  /** Writes a service's file to `response`. Rejects like `send`, but only before the first byte. */
  download(service: string, wanted: Download, response: ServerResponse): Promise<void>
  /** Whether its answers are the same for every caller. False for an unknown service. */
  isShared(service: string): boolean
  status(): readonly ServiceStatus[]
  /** The current state, for the live map. */
  reading(): readonly ServiceReading[]
  /**
   * Removes cached answers: of a service (`weather`), a type (`City`) or one entity
   * (`City:2267057`).
   */
  purge(tags: readonly string[]): Promise<void>
  /** Changes with every purge: what was asked before one is shared with nobody after it. */
  epoch(): number
  /** Resolves when the addresses of instances are known, or after a while. */
  readonly ready: Promise<void>
  /** Closes every connection. Call it when nothing is in flight. */
  close(): Promise<void>
}

/** A `..` in the path, encoded or not: a service that takes the step shows what is not public. */
const CLIMBS = /^[^?]*(?:[/\\]|%2f|%5c)(?:\.|%2e){2}(?:[/\\?;]|%2f|%5c|%3b|$)/i

const unknownService = (): CallFailure => new CallFailure('overload', 'the service has no address')

export function createTraffic(options: TrafficOptions): Traffic {
  const { services, secret, ownServices, store, metrics, hooks, clientRules, log, resolve = resolveHost } = options
  const routes = new Map(
    services.map(({ definition, addresses }) => {
      const figures = metrics.service(definition.name)
      const route = openRoute({
        definition,
        addresses,
        resolve,
        secret,
        ownServices,
        store,
        metrics: figures,
        hooks,
        clientRules,
        log,
      })
      return [definition.name, { ...route, figures }]
    }),
  )
  const served = [...routes.values()].map(({ definition: { name, kind }, fleet: { instances }, figures }) => ({
    name,
    kind,
    instances,
    figures,
  }))
  const unwatch = metrics.watch(served)
  const stopProbing = ownServices ? probeHealth(served, log) : () => undefined
  const failures = createFailureLog(log)
  /** Counts and logs a failure, and makes the caller's error. */
  const refusalOf = (error: unknown, service: string, request: Named): unknown => {
    if (!(error instanceof CallFailure)) return error
    routes.get(service)?.figures.failed(error.kind)
    if (error.kind !== 'cancelled') failures.report(service, request, error)
    return toClient(error, service)
  }
  return {
    ready: Promise.all([...routes.values()].map(({ ready }) => ready)).then(() => undefined),
    send(call) {
      const { service, context } = call
      const route = routes.get(service)
      if (!route) return Promise.reject(refusalOf(unknownService(), service, context))
      const deadline = performance.now() + route.definition.deadline
      return route.step({ call, deadline, signal: context.signal }).then(
        ({ answer, freshness, headers }) => {
          context.observe(freshness)
          if (headers) context.hear?.(headers)
          return answer
        },
        (error: unknown) => {
          throw refusalOf(error, service, context)
        },
      )
    },
    subscribe(call, signal) {
      const route = routes.get(call.service)
      if (!route) throw refusalOf(unknownService(), call.service, call.context)
      return subscription({ ...route, hooks, refusalOf }, call, signal)
    },
    serviceOfPath(path) {
      return CLIMBS.test(path) ? undefined : ownerOf(path, services)
    },
    async download(service, wanted, response) {
      const route = routes.get(service)
      try {
        if (!route) throw unknownService()
        await download(route.definition, route.fleet, secret, wanted, response)
      } catch (error) {
        throw refusalOf(error, service, wanted)
      }
    },
    isShared: (service) => routes.get(service)?.isShared === true,
    status: () => served.map(statusOf),
    reading: () => served.map((service) => readService(service, performance.now())),
    epoch: () => store.epoch,
    purge: (tags) => store.purge(tagsToPurge(tags, new Set(routes.keys()))),
    async close() {
      stopProbing()
      unwatch()
      failures.close()
      await Promise.all([...routes.values()].map((route) => route.close()))
    },
  }
}

/** The service with the longest path that a file's path begins with. */
function ownerOf(path: string, services: readonly LocatedService[]): string | undefined {
  let found: { readonly name: string; readonly length: number } | undefined
  for (const { definition } of services)
    for (const { length } of definition.paths.filter((prefix) => path.startsWith(prefix)))
      if (length > (found?.length ?? 0)) found = { name: definition.name, length }
  return found?.name
}

const statusOf = ({ name, kind, instances }: ProbedService): ServiceStatus => ({
  name,
  kind,
  instances: instances.map((instance) => ({
    url: instance.url,
    pid: instance.pid ?? null,
    health: healthOf(instance),
  })),
})
