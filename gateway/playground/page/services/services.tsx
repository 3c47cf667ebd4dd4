/**
 * A plugin of GraphiQL that stops and starts services, to see in answers and plans what follows
 * from their kinds.
 */
import type { GraphiQLPlugin } from '@graphiql/react'
import type { ControlledService, ControlRequest, RunState } from '../../../../platform/process/control.ts'
import { KindMark } from '../../../map/page/kind-mark.tsx'
import { useServices } from './control.ts'
import './services.css'

export const servicesPlugin: GraphiQLPlugin = { title: 'Services', icon: PowerIcon, content: Services }

function PowerIcon() {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M12 3v8M7 6.2a8 8 0 1 0 10 0" />
    </svg>
  )
}

function Services() {
  const { services, fault, send } = useServices()
  return (
    <section className="services" aria-labelledby="services-title">
      <h2 id="services-title">Services</h2>
      <p>
        Stop one and run a tab again. What hangs below its fields goes with it; what others know stays, for example in
        SearchArticles and WeatherInFiveCities.
      </p>
      {fault !== undefined && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      {services === undefined && fault === undefined && <p>Asking which services run…</p>}
      {services?.map((service) => (
        <Service key={service.name} service={service} send={send} />
      ))}
    </section>
  )
}

interface ServiceProps {
  readonly service: ControlledService
  readonly send: (request: ControlRequest) => void
}

const explained = {
  stateful: 'While it is away, its fields are null, with all below them. Started again, it has lost nothing.',
  stateless: 'While another instance runs, nothing is missing. Without any, what is cached stays.',
}

function Service({ service: { name, kind, instances }, send }: ServiceProps) {
  const areDown = instances.every(({ state }) => isDown(state))
  return (
    <article data-kind={kind} aria-label={name}>
      <header>
        <h3>
          <KindMark kind={kind} /> {name}
        </h3>
        <span className="word">{kind}</span>
        {instances.length > 1 && (
          <Switch what={`all of ${name}`} isDown={areDown} send={(action) => send({ name, action })} />
        )}
      </header>
      <p>{explained[kind]}</p>
      {kind === 'stateless' && instances.length === 1 && (
        <p>
          <code>npm start -- --{name} 2</code> starts another one.
        </p>
      )}
      <ul>
        {instances.map(({ url, state }, instance) => (
          <li key={url} data-state={state}>
            <span className="dot" aria-hidden="true" />
            <span className="instance">
              {instances.length > 1 ? `${name} ${instance + 1}` : name} <small>:{new URL(url).port}</small>
            </span>
            <span role="status">{state}</span>
            <Switch
              what={instances.length > 1 ? `${name} ${instance + 1}` : name}
              isDown={isDown(state)}
              send={(action) => send({ name, instance, action })}
            />
          </li>
        ))}
      </ul>
    </article>
  )
}

const isDown = (state: RunState): boolean => state === 'stopped' || state === 'stopping'

interface SwitchProps {
  readonly what: string
  readonly isDown: boolean
  readonly send: (action: ControlRequest['action']) => void
}

function Switch({ what, isDown, send }: SwitchProps) {
  const action = isDown ? 'start' : 'stop'
  const word = isDown ? 'Start' : 'Stop'
  return (
    <button type="button" aria-label={`${word} ${what}`} onClick={() => send(action)}>
      {word}
      {what.startsWith('all') && ' all'}
    </button>
  )
}
