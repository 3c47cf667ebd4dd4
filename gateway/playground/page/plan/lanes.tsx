/**
 * The plan as a picture: a lane for the gateway and one for each call, in the order in which they
 * began. A bar shows when; a line leads from the call that it waited for.
 */
import type { CSSProperties, ReactNode } from 'react'
import type { Trace, TracedCall } from '../../../exchange/trace.ts'
import { KindMark } from '../../../map/page/kind-mark.tsx'
import { badgesOf, hasFailed } from './badges.ts'
import { milliseconds } from './format.ts'

interface LanesProps {
  readonly trace: Trace
  /** The id of the call whose details are shown. */
  readonly chosen: number | undefined
  readonly onChoose: (id: number) => void
  /** The id of the element that shows the details, below the lane of their call. */
  readonly details: string
  readonly detailsOf: (call: TracedCall) => ReactNode
}

type Style = CSSProperties & Readonly<Record<`--${string}`, string | number>>

export function Lanes({ trace, chosen, onChoose, details, detailsOf }: LanesProps) {
  const calls = trace.calls.toSorted((one, other) => one.start - other.start || one.id - other.id)
  const end = Math.max(trace.duration, ...calls.map(({ start, duration }) => start + duration), 0.1)
  const at = (time: number): string => `${(100 * Math.min(time, end)) / end}%`
  const rows = new Map(calls.map(({ id }, index) => [id, index + 1]))
  const byId = new Map(calls.map((call) => [call.id, call]))

  return (
    <ol className="lanes" aria-label="Plan" data-opened={chosen !== undefined}>
      <li className="lane" data-kind="gateway">
        <span className="who">
          <span className="name">gateway</span>
          <span className="word">{servicesOf(calls).size > 1 ? 'joins the answers' : 'asks one service'}</span>
        </span>
        <span className="track">
          <span className="time" style={{ left: 0, width: at(trace.duration) }} />
        </span>
        <span className="took">{milliseconds(trace.duration)}</span>
      </li>
      {calls.map((call) => (
        <li key={call.id}>
          <button
            type="button"
            className="lane"
            data-kind={call.kind}
            data-failed={hasFailed(call)}
            aria-expanded={chosen === call.id}
            aria-controls={details}
            onClick={() => onChoose(call.id)}
          >
            <span className="who">
              <span className="name">
                <KindMark kind={call.kind} /> {call.service}
              </span>
              <span className="word">
                {call.kind}
                {isAskedAgain(call, calls) && `, for ${subjectOf(call)}`}
              </span>
            </span>
            <span className="track" aria-hidden="true">
              <Link call={call} cause={lastOf(call, byId)} rows={rows} at={at} />
              <span className="time" style={{ left: `min(${at(call.start)}, 100% - 8px)`, width: at(call.duration) }} />
              {call.attempts.length > 1 &&
                call.attempts.map(({ start, duration, outcome, hedge }) => (
                  <span
                    key={`${start} ${hedge}`}
                    className="try"
                    data-outcome={outcome}
                    data-hedge={hedge}
                    style={{ left: at(start), width: at(duration) }}
                  />
                ))}
            </span>
            <span className="took">{milliseconds(call.duration)}</span>
            <span className="badges">
              {badgesOf(call).map(({ kind, text, why }) => (
                <span key={text} className="badge" data-badge={kind} title={why}>
                  {text}
                </span>
              ))}
            </span>
            <span className="opens" aria-hidden="true" />
          </button>
          {chosen === call.id && detailsOf(call)}
        </li>
      ))}
    </ol>
  )
}

const servicesOf = (calls: readonly TracedCall[]): ReadonlySet<string> => new Set(calls.map(({ service }) => service))

const isAskedAgain = ({ id, service }: TracedCall, calls: readonly TracedCall[]): boolean =>
  calls.some((other) => other.service === service && other.id !== id)

/** The object that all fields of a call are of, by the last two names of its path. */
function subjectOf({ fields }: TracedCall): string {
  const [first = [], ...others] = fields.map((field) => field.replaceAll('[]', '').split('.'))
  let shared = first.slice(0, -1)
  for (const other of others) shared = shared.filter((name, at) => isSame(other, shared, at) && other[at] === name)
  return (
    shared
      .filter((name) => name !== 'edges' && name !== 'node')
      .slice(-2)
      .join('.') || 'the whole answer'
  )
}

const isSame = (one: readonly string[], other: readonly string[], length: number): boolean =>
  one.slice(0, length).join('.') === other.slice(0, length).join('.')

/** Of the calls that one waited for, the one that answered last. */
function lastOf({ after }: TracedCall, byId: ReadonlyMap<number, TracedCall>): TracedCall | undefined {
  const causes = after.map((id) => byId.get(id)).filter((call) => call !== undefined)
  return causes.toSorted((one, other) => other.start + other.duration - one.start - one.duration)[0]
}

interface LinkProps {
  readonly call: TracedCall
  readonly cause: TracedCall | undefined
  readonly rows: ReadonlyMap<number, number>
  readonly at: (time: number) => string
}

/** From the end of the cause's bar, or of the gateway's lane, down to the begin of this one's. */
function Link({ call, cause, rows, at }: LinkProps) {
  const from = cause ? Math.min(cause.start + cause.duration, call.start) : call.start
  const style: Style = {
    left: at(from),
    width: at(Math.max(call.start - from, 0)),
    '--rows': (rows.get(call.id) ?? 0) - (cause ? (rows.get(cause.id) ?? 0) : 0),
  }
  return <span className="link" style={style} />
}
