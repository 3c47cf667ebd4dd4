/**
 * What the map shows of the gateway, a service and a database: in the graph and in the list alike.
 */
import type { ReactNode } from 'react'
import { address, duration, percent, rate } from './format.ts'
import { callsTo, type Seen } from './history.ts'
import { KindMark } from './kind-mark.tsx'
import type { LiveMap, MappedGateway, MappedInstance, MappedService, Rates } from './live-map.ts'
import { Sparkline } from './sparkline.tsx'

const MOST_INSTANCES = 8

/** Those that are shown; ones in trouble come first where there are too many. */
export function shownInstances(instances: readonly MappedInstance[]): readonly MappedInstance[] {
  if (instances.length <= MOST_INSTANCES) return instances
  const bad = instances.filter(({ health }) => health === 'unhealthy')
  const rest = instances.filter(({ health }) => health === 'healthy')
  return [...bad, ...rest].slice(0, MOST_INSTANCES)
}

export function GatewayCard({
  gateway,
  moments,
}: {
  readonly gateway: MappedGateway
  readonly moments: Seen['moments']
}) {
  return (
    <article className="card gateway" aria-label="Gateway">
      <header>
        <h2>Gateway</h2>
        <p className="kind">{gateway.state}</p>
      </header>
      <p className="rate">
        <strong>{rate(gateway.requests)}</strong> requests
      </p>
      <Sparkline values={moments.map(({ requests }) => requests)} label="Requests per second" />
      <Figures>
        <Figure name="p50" value={duration(gateway.p50)} />
        <Figure name="p95" value={duration(gateway.p95)} />
        <Figure name="p99" value={duration(gateway.p99)} />
        <ErrorFigure errors={gateway.errors} />
        <Figure name="shared" value={rate(gateway.shared)} />
        <Figure name="streams" value={String(gateway.subscriptions)} />
      </Figures>
      <p className="note">{gateway.workers === 1 ? 'one process' : `${gateway.workers} processes`}</p>
    </article>
  )
}

interface ServiceProps {
  readonly service: MappedService
  readonly moments: Seen['moments']
}

const KINDS = {
  stateful: 'stateful: keeps data',
  stateless: 'stateless: keeps nothing',
} as const

export function ServiceCard({ service, moments }: ServiceProps) {
  const { name, kind, instances } = service
  const shown = shownInstances(instances)
  return (
    <article className="card service" data-kind={kind} aria-label={`${name}, ${kind}`}>
      <header>
        <h2>
          <KindMark kind={kind} /> {name}
        </h2>
        <p className="kind">{KINDS[kind]}</p>
      </header>
      <div className="traffic">
        <p className="rate">
          <strong>{rate(callsTo(service))}</strong> calls
        </p>
        <Sparkline values={moments.map(({ calls }) => calls[name] ?? 0)} label={`Calls to ${name} per second`} />
      </div>
      <ul className="instances">
        {shown.map((instance) => (
          <Instance key={instance.url} instance={instance} />
        ))}
      </ul>
      {instances.length === 0 && <p className="note">Its addresses are not known.</p>}
      {instances.length > shown.length && <p className="note">and {instances.length - shown.length} more</p>}
      <p className="saved">{savedBy(service)}</p>
    </article>
  )
}

/** What did not have to be asked, and what had to be asked again. */
function savedBy({ cache, shared, hedges, retries }: MappedService): string {
  const again = retries > 0 ? [`${rate(retries)} retried`] : []
  if (!cache) return ['never cached or shared', ...again].join(' · ')
  const { hits, misses } = cache
  const looked = hits + misses
  return [
    looked === 0 ? 'cache idle' : `cache ${percent(hits / looked)} of ${rate(looked)}`,
    `shared ${rate(shared)}`,
    ...(hedges > 0 ? [`hedged ${rate(hedges)}`] : []),
    ...again,
  ].join(' · ')
}

const STATES = { closed: 'healthy', 'half-open': 'on trial', open: 'down' } as const
const BREAKERS = { closed: 'breaker closed', 'half-open': 'breaker half open', open: 'breaker open' } as const

function Instance({ instance }: { readonly instance: MappedInstance }) {
  const { url, breaker, writes, inFlight, pid } = instance
  return (
    <li data-health={breaker}>
      <p className="who">
        <span className="state" title={BREAKERS[breaker]}>
          {STATES[breaker]}
        </span>
        <span className="where" title={pid === null ? url : `${url}, process ${pid}`}>
          {address(url)}
        </span>
        {writes && <span className="tag">writes</span>}
      </p>
      <p className="how">
        {breaker === 'closed' ? traffic(instance, inFlight) : `${BREAKERS[breaker]}: gets no calls`}
      </p>
    </li>
  )
}

const traffic = ({ requests, errors, p50, p99 }: Rates, inFlight: number): string =>
  [
    rate(requests),
    `p50 ${duration(p50)}`,
    `p99 ${duration(p99)}`,
    ...(errors > 0 ? [`${rate(errors)} failed`] : []),
    ...(inFlight > 0 ? [`${inFlight} open`] : []),
  ].join(' · ')

const STORE_STATES = { ready: 'ready', unavailable: 'cannot be reached', unknown: 'not known' } as const

export function StoreCard({ store, of }: { readonly store: NonNullable<MappedService['store']>; readonly of: string }) {
  return (
    <article className="card store" data-health={store.health} aria-label={`Database of ${of}`}>
      <h2>{store.name}</h2>
      <p className="kind">database of {of}</p>
      <p className="state">{STORE_STATES[store.health]}</p>
    </article>
  )
}

const Figures = ({ children }: { readonly children: ReactNode }) => <dl className="figures">{children}</dl>

const Figure = ({
  name,
  value,
  bad = false,
}: {
  readonly name: string
  readonly value: string
  readonly bad?: boolean
}) => (
  <div data-bad={bad}>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)

const ErrorFigure = ({ errors }: { readonly errors: number }) => (
  <Figure name="errors" value={rate(errors)} bad={errors > 0} />
)

/** Services with a database, in the order of the map. */
export const stores = ({ services }: LiveMap) =>
  services.flatMap(({ name, store }) => (store ? [{ of: name, store }] : []))
