/** The busiest operations and their plans. One can be chosen, to see its services in the map. */
import { duration, rate } from './format.ts'
import type { MappedOperation, MappedService } from './live-map.ts'

interface OperationsProps {
  readonly operations: readonly MappedOperation[]
  readonly services: readonly MappedService[]
  readonly chosen: string | undefined
  readonly onChoose: (name: string | undefined) => void
}

export function Operations({ operations, services, chosen, onChoose }: OperationsProps) {
  const kinds = new Map(services.map(({ name, kind }) => [name, kind]))
  return (
    <section className="operations" aria-labelledby="live-map-operations">
      <h2 id="live-map-operations">Busiest operations</h2>
      {operations.length === 0 && <p className="note">No operation ran in the last 10 seconds.</p>}
      <ul>
        {operations.map((operation) => {
          const { name, requests, errors, p50, p99, stages } = operation
          const isChosen = name === chosen
          return (
            <li key={name}>
              <button type="button" aria-pressed={isChosen} onClick={() => onChoose(isChosen ? undefined : name)}>
                <span className="name">{name}</span>
                <span className="how">
                  {rate(requests)} · p50 {duration(p50)} · p99 {duration(p99)}
                  {errors > 0 && <span className="bad"> · {rate(errors)} with errors</span>}
                </span>
                <Plan stages={stages} kinds={kinds} />
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

interface PlanProps {
  readonly stages: MappedOperation['stages']
  readonly kinds: ReadonlyMap<string, MappedService['kind']>
}

/** The services in order; those of one step are asked at once. */
function Plan({ stages, kinds }: PlanProps) {
  if (stages.length === 0) return <span className="plan">asks no service</span>
  return (
    <span className="plan">
      {stages.map((services, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the plan
        <span key={at} className="step">
          {at > 0 && <span className="then"> then </span>}
          {services.map((service) => (
            <span key={service} className="asked" data-kind={kinds.get(service)}>
              {service}
            </span>
          ))}
        </span>
      ))}
    </span>
  )
}
