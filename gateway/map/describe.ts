/** Makes the live map from the reports of the gateway's processes. */
import { addSpreads, countOf, quantileOf, type Spread } from '../figures/durations.ts'
import { RECENT } from '../figures/recent.ts'
import type { InstanceReading, ServiceReading } from '../traffic/reading.ts'
import type {
  Breaker,
  LiveMap,
  MappedInstance,
  MappedOperation,
  MappedService,
  Rates,
  StoreHealth,
} from './page/live-map.ts'
import type { Reading } from './reading.ts'

const MOST_OPERATIONS = 20

/** @param readings one from each process, at least one */
export function describeMap(readings: readonly Reading[], state: string, now = Date.now()): LiveMap {
  const operations = readings.flatMap((reading) => reading.operations)
  const all = addSpreads(operations.map(({ answers }) => answers))
  const sum = (of: (reading: Reading) => number): number => sumOf(readings.map(of))
  return {
    at: now,
    seconds: RECENT,
    gateway: {
      state,
      workers: readings.length,
      ...ratesOf(all),
      p95: quantileOf(all, 0.95),
      shared: perSecond(sum(({ shared }) => shared)),
      subscriptions: sum(({ subscriptions }) => subscriptions),
    },
    services: [
      ...Map.groupBy(
        readings.flatMap(({ services }) => services),
        ({ name }) => name,
      ).values(),
    ].map(describeService),
    operations: [...Map.groupBy(operations, ({ name }) => name)]
      .map(
        ([name, parts]): MappedOperation => ({
          name,
          ...ratesOf(addSpreads(parts.map(({ answers }) => answers))),
          stages: parts.find(({ stages }) => stages)?.stages ?? [],
        }),
      )
      .sort((one, other) => other.requests - one.requests)
      .slice(0, MOST_OPERATIONS),
  }
}

/** @param parts at least one */
function describeService(parts: readonly ServiceReading[]): MappedService {
  const [{ name, kind }] = parts as readonly [ServiceReading]
  const rate = (of: (part: ServiceReading) => number): number => perSecond(sumOf(parts.map(of)))
  const instances = parts.flatMap((part) => part.instances)
  return {
    name,
    kind,
    instances: [...Map.groupBy(instances, ({ url }) => url).values()].map(describeInstance),
    cache: kind === 'stateful' ? null : { hits: rate(({ hits }) => hits), misses: rate(({ misses }) => misses) },
    shared: rate(({ shared }) => shared),
    hedges: rate(({ hedges }) => hedges),
    retries: rate(({ retries }) => retries),
    store: describeStore(instances),
  }
}

const BREAKERS: readonly Breaker[] = ['open', 'half-open', 'closed']

/** The worst health that any process reports. @param parts at least one */
function describeInstance(parts: readonly InstanceReading[]): MappedInstance {
  const breaker = BREAKERS.find((state) => parts.some((part) => part.breaker === state)) ?? 'closed'
  return {
    url: parts[0]?.url ?? '',
    pid: parts.find(({ pid }) => pid !== undefined)?.pid ?? null,
    health: breaker === 'closed' ? 'healthy' : 'unhealthy',
    breaker,
    writes: parts.some(({ writes }) => writes),
    inFlight: sumOf(parts.map(({ inFlight }) => inFlight)),
    ...ratesOf(addSpreads(parts.map(({ calls }) => calls))),
  }
}

const STORES: readonly StoreHealth[] = ['ready', 'unavailable', 'unknown']

/** A database is up if one instance reaches it. */
function describeStore(instances: readonly InstanceReading[]): MappedService['store'] {
  const stores = instances.flatMap(({ store }) => store ?? [])
  const [first] = stores
  if (!first) return null
  const health = STORES.find((state) => stores.some((store) => store.health === state)) ?? 'unknown'
  return { name: first.name, health }
}

const ratesOf = (spread: Spread): Rates => ({
  requests: perSecond(countOf(spread)),
  errors: perSecond(spread.failed),
  p50: quantileOf(spread, 0.5),
  p99: quantileOf(spread, 0.99),
})

const perSecond = (count: number): number => count / RECENT

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
