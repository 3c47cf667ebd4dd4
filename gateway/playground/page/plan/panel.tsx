/** Below the answer: its plan as a picture, with what it took and what it cost. */
import { useGraphiQL } from '@graphiql/react'
import { useEffect, useState } from 'react'
import type { Trace } from '../../../exchange/trace.ts'
import { type Run, type Runs, useRun } from '../runs.ts'
import { bytes, count, milliseconds, period, whole } from './format.ts'
import { Lanes } from './lanes.tsx'
import { Step } from './step.tsx'
import './plan.css'

const DETAILS = 'plan-step'

export function PlanPanel({ runs }: { readonly runs: Runs }) {
  const tab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.id ?? '')
  const run = useRun(runs, tab)
  const [isOpen, setOpen] = useState(true)
  useEffect(() => runs.open(tab), [runs, tab])
  return (
    <section className="plan" aria-labelledby="plan-title" data-open={isOpen}>
      <header>
        <h2 id="plan-title">Plan</h2>
        <p className="totals" role="status">
          {run?.state === 'traced' && <Totals trace={run.trace} />}
        </p>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Show'}
        </button>
      </header>
      {isOpen && <Content run={run} />}
    </section>
  )
}

function Content({ run }: { readonly run: Run | undefined }) {
  if (run === undefined)
    return <p className="hint">Run the operation to see which services answer it, in what order, and how fast.</p>
  if (run.state === 'running') return <p className="hint">Waiting for the answer…</p>
  if (run.state === 'untraced') return <p className="hint">No service was asked.</p>
  if (run.trace.calls.length === 0) return <p className="hint">The gateway answered this by itself.</p>
  return <Picture key={run.trace.duration} trace={run.trace} />
}

/** Begins with no call chosen for each new trace. */
function Picture({ trace }: { readonly trace: Trace }) {
  const [chosen, choose] = useState<number>()
  const call = trace.calls.find(({ id }) => id === chosen)
  return (
    <div className="picture">
      <Lanes
        trace={trace}
        chosen={chosen}
        onChoose={(id) => choose(id === chosen ? undefined : id)}
        details={DETAILS}
      />
      {call && <Step key={call.id} id={DETAILS} call={call} onClose={() => choose(undefined)} />}
    </div>
  )
}

function Totals({ trace: { duration, bytes: size, cost, calls } }: { readonly trace: Trace }) {
  const failed = calls.filter(({ errors }) => errors.length > 0).length
  return (
    <>
      <b>{milliseconds(duration)}</b>, {count(calls.length, 'call')}
      {failed > 0 && (
        <>
          , <strong className="fault">{whole(failed)} failed</strong>
        </>
      )}
      , {bytes(size)}, cost <b>{whole(cost.actual)}</b>
      {cost.budgets.map(({ cost: budget, every, left }) => (
        <span key={`${budget} ${every}`}>
          {' '}
          ({whole(left)} of {whole(budget)} left for this {period(every)})
        </span>
      ))}
    </>
  )
}
