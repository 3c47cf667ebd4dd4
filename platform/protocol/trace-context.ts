/** The trace that a request belongs to (W3C Trace Context, level 1). */
import { randomBytes } from 'node:crypto'

export const TRACE_HEADER = 'traceparent'

/** What the log names a request by. */
export interface Named {
  readonly requestId: string
  /** Absent where the gateway asks in its own name. */
  readonly traceparent?: string | undefined
  /** The contract variant that it asks; absent for the whole schema. */
  readonly variant?: string | undefined
}

/** Fields of a log line about a request. */
export const namesOf = ({ requestId, traceparent, variant }: Named) => ({
  requestId,
  ...(variant !== undefined && { variant }),
  ...(traceparent !== undefined && { traceId: traceparent.slice(3, 3 + TRACE) }),
})

const TRACE = 32 // digits of a trace's id
const SPAN = 16 // digits of the id of one step of it
const VALID = /^(?!ff)([\da-f]{2})-((?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16})-([\da-f]{2})(-.*)?$/

/**
 * The client's `traceparent`, or that of a new trace. One of a later version is passed on as the
 * version known here, as W3C asks.
 */
export function traceparentOf(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const given = headers[TRACE_HEADER]
  const [whole, version, ids, flags, more] = (typeof given === 'string' && VALID.exec(given)) || []
  if (whole === undefined || flags === undefined) return nextTrace()
  if (version !== '00') return `00-${ids}-0${Number.parseInt(flags, 16) & SAMPLED}`
  return more === undefined ? whole : nextTrace()
}

const SAMPLED = 1

/**
 * New traces, made many at a time: one by one they would cost as much as a policy. Sampled:
 * services go on recording what they recorded when they began traces themselves.
 */
let digits = ''
let at = 0

const MADE = 256 // traces

function nextTrace(): string {
  if (at === digits.length) {
    // The chance of ids of zeros alone, which are invalid, is nil.
    digits = randomBytes(MADE * ((TRACE + SPAN) / 2)).toString('hex')
    at = 0
  }
  const trace = at
  const span = trace + TRACE
  at = span + SPAN
  return `00-${digits.slice(trace, span)}-${digits.slice(span, at)}-01`
}
