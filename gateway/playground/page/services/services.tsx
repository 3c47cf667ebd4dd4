/**
 * A plugin of GraphiQL that stops and starts services, to see in answers and plans what follows
 * from their kinds.
 */
import { type GraphiQLPlugin, useGraphiQLActions } from '@graphiql/react'
import type { ControlledService, ControlRequest, RunState } from '../../../../platform/process/control.ts'
import { KindMark } from '../../../map/page/kind-mark.tsx'
import { isNarrow } from '../common/narrow.ts'
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
      <RunOpenTab />
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

/** On a phone this panel covers the answer, so it gives way. */
function RunOpenTab() {
  const { run, setVisiblePlugin } = useGraphiQLActions()
  const show = (): void => {
    if (isNarrow()) setVisiblePlugin(null)
    run()
  }
  return (
    <button type="button" className="run" onClick={show}>
      Run the open tab
    </button>
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
  return (
    <article data-kind={kind} aria-label={name}>
      <header>
        <h3>
          <KindMark kind={kind} /> {name}
        </h3>
        <span className="word">{kind}</span>
        {instances.length > 1 && (
          <Switch
            what={`all of ${name}`}
            states={instances.map(({ state }) => state)}
            send={(action) => send({ name, action })}
          />
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
              states={[state]}
              send={(action) => send({ name, instance, action })}
            />
          </li>
        ))}
      </ul>
    </article>
  )
}

interface SwitchProps {
  readonly what: string
  readonly states: readonly RunState[]
  readonly send: (action: ControlRequest['action']) => void
}

/** What is on its way to another state can only be waited for. */
function Switch({ what, states, send }: SwitchProps) {
  const isDown = states.every((state) => state === 'stopped' || state === 'stopping')
  const action = isDown ? 'start' : 'stop'
  const word = isDown ? 'Start' : 'Stop'
  const isMoving = states.every((state) => state === 'starting' || state === 'stopping')
  return (
    <button type="button" aria-label={`${word} ${what}`} disabled={isMoving} onClick={() => send(action)}>
      {word}
      {what.startsWith('all') && ' all'}
    </button>
  )
}
