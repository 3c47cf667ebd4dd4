/**
 * The events of a subscription, the latest first, with the service that gave each of their fields.
 */
import { KindMark } from '../../../map/page/kind-mark.tsx'
import type { FollowedEvent } from '../common/runs.ts'
import type { JoinOfTab, ServiceOfGraph } from '../common/settings.ts'
import { fieldsGivenBy, type GivenField, headlineOf } from './fields.ts'
import './events.css'

interface EventsProps {
  readonly events: readonly FollowedEvent[]
  readonly isOver: boolean
  readonly joins: readonly JoinOfTab[]
  readonly services: readonly ServiceOfGraph[]
}

export function Events({ events, isOver, joins, services }: EventsProps) {
  if (events.length === 0) return <p className="hint">{isOver ? 'Nothing happened.' : 'Nothing has happened yet.'}</p>
  return (
    <ol className="events" aria-label="Events" reversed>
      {events.map(({ number, at, result }, index) => (
        <li key={number}>
          <details open={index === 0}>
            <summary>
              <time dateTime={new Date(at).toISOString()}>{new Date(at).toLocaleTimeString()}</time>{' '}
              <strong>{headlineOf(result)}</strong>
            </summary>
            {fieldsGivenBy(result, joins).map((given) => (
              <Fields
                key={given.service}
                given={given}
                kind={services.find(({ name }) => name === given.service)?.kind}
              />
            ))}
          </details>
        </li>
      ))}
    </ol>
  )
}

function Fields({
  given: { service, isJoined, fields },
  kind,
}: {
  readonly given: GivenField
  readonly kind: ServiceOfGraph['kind'] | undefined
}) {
  return (
    <section className="given" data-kind={kind}>
      {service !== '' && (
        <h3>
          {kind && <KindMark kind={kind} />} {service}{' '}
          <span>{isJoined ? 'joined by the gateway' : 'told the event'}</span>
        </h3>
      )}
      <dl>
        {fields.map(({ path, value }) => (
          <div key={path}>
            <dt>{path}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
