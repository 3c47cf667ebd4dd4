/**
 * Below the answer: its plan as a picture, with what it took and what it cost; or the events of a
 * subscription.
 */
import { useGraphiQL } from '@graphiql/react'
import { useEffect, useState } from 'react'
import type { Trace } from '../../../exchange/trace.ts'
import { type Run, type Runs, useRun } from '../common/runs.ts'
import type { PlaygroundTab, ServiceOfGraph } from '../common/settings.ts'
import { Events } from '../events/events.tsx'
import { bytes, count, milliseconds, period, whole } from '../plan/format.ts'
import { Lanes } from '../plan/lanes.tsx'
import { Step } from '../plan/step.tsx'
import '../plan/plan.css'

const DETAILS = 'plan-step'

interface PanelProps {
  readonly runs: Runs
  readonly tabs: readonly PlaygroundTab[]
  readonly services: readonly ServiceOfGraph[]
  /** Makes something happen for who follows. */
  readonly beside: Beside | undefined
}

interface Beside {
  readonly label: string
  run(): Promise<unknown>
}

export function PlanPanel({ runs, tabs, services, beside }: PanelProps) {
  const open = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex])
  const id = open?.id ?? ''
  const run = useRun(runs, id)
  const [isOpen, setOpen] = useState(true)
  useEffect(() => runs.open(id), [runs, id])
  const joins = tabs.find(({ query }) => query === open?.query)?.joins ?? []
  return (
    <section className="plan" aria-labelledby="plan-title" data-state={run?.state}>
      <header>
        <h2 id="plan-title">{run?.state === 'following' ? 'Events' : 'Plan'}</h2>
        <p className="totals" role="status">
          {run && <Totals run={run} />}
        </p>
        {run?.state === 'following' && !run.isOver && beside && (
          <button type="button" onClick={() => void beside.run()}>
            {beside.label}
          </button>
        )}
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Show'}
        </button>
      </header>
      {isOpen && !run && <p className="hint">Run the operation to see which services answer it, and how.</p>}
      {isOpen && run?.state === 'untraced' && <p className="hint">No service was asked.</p>}
      {isOpen && run?.state === 'following' && <Events {...run} joins={joins} services={services} />}
      {isOpen && run?.state === 'traced' && <Plan trace={run.trace} />}
    </section>
  )
}

const Plan = ({ trace }: { readonly trace: Trace }) =>
  trace.calls.length === 0 ? (
    <p className="hint">The gateway answered this by itself.</p>
  ) : (
    <Picture key={trace.duration} trace={trace} />
  )

/** Begins with no call chosen for each new trace. */
function Picture({ trace }: { readonly trace: Trace }) {
  const [chosen, choose] = useState<number>()
  return (
    <div className="picture">
      <Lanes
        trace={trace}
        chosen={chosen}
        onChoose={(id) => choose(id === chosen ? undefined : id)}
        details={DETAILS}
        detailsOf={(call) => <Step id={DETAILS} call={call} onClose={() => choose(undefined)} />}
      />
    </div>
  )
}

function Totals({ run }: { readonly run: Run }) {
  switch (run.state) {
    case 'running':
      return 'Waiting for the answer…'
    case 'following':
      return `${count(run.events[0]?.number ?? 0, 'event')}, ${run.isOver ? 'stopped' : 'following'}`
    case 'traced':
      return <Sums trace={run.trace} />
    case 'untraced':
      return null
  }
}

function Sums({ trace: { duration, bytes: size, cost, calls } }: { readonly trace: Trace }) {
  const kept = calls.filter(({ source }) => source !== 'service').length
  const failed = calls.filter(({ errors }) => errors.length > 0).length
  return (
    <>
      <b>{milliseconds(duration)}</b>, {count(calls.length - kept, 'call')}
      {kept > 0 && `, ${whole(kept)} spared by cache or sharing`}
      {failed > 0 && (
        <>
          , <strong className="fault">{whole(failed)} failed</strong>
        </>
      )}
      , {bytes(size)}, cost <b>{whole(cost.actual)}</b>
      {cost.budgets.map(({ cost: budget, every, left }) => (
        <span key={`${budget} ${every}`}>
          {' '}
          of {whole(budget)} a {period(every)}
          {left < budget && ` (${whole(left)} left)`}
        </span>
      ))}
    </>
  )
}
