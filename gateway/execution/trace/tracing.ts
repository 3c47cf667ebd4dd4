/**
 * Records the calls of one request, if its client asked for a trace. It copies what it keeps,
 * because bodies may be in lent memory. It must never keep credentials, nor values denied to the
 * caller.
 */
import type { GraphQLError } from 'graphql'
import { excerpt } from '../../../platform/process/excerpt.ts'
import type { ServiceKind } from '../../traffic/call/kind.ts'
import type { Send, ServiceAnswer, ServiceCall } from '../../traffic/call/send.ts'
import { callError, serviceError } from '../answer/failure.ts'
import type { Ask } from '../calls/ask.ts'
import { createRecord, type Recorded } from './record.ts'
import { type Asked, askedIn } from './request-text.ts'
import type { TracedCall } from './traced-call.ts'

/** Explains the fetches of a plan, given by their indexes. */
export interface Explanation {
  /** The fetches that a fetch waits for. */
  after(fetch: number): readonly number[]
  /** The paths of the client's answer that a fetch gives. */
  fields(fetch: number): readonly string[]
  /** A request's text and variables, without values that the caller may not see. */
  shown(fetch: number, asked: Asked): Pick<TracedCall, 'operation' | 'variables'>
}

export interface Tracing {
  /** Sends calls, and records them. @param explain called when the trace is read */
  asking(send: Send, explain: () => Explanation): Ask
  /** Milliseconds since the request began. */
  now(): number
  /** The calls made so far. */
  calls(kindOf: (service: string) => ServiceKind): readonly TracedCall[]
}

const MOST_CALLS = 200
const MOST_ERRORS = 20 // of one call

interface Made {
  readonly fetch: number
  readonly service: string
  readonly asked: Asked
  readonly record: Recorded
  errors: TracedCall['errors']
}

/** @param started in milliseconds of `performance.now()` */
export function createTracing(started: number): Tracing {
  const made: Made[] = []
  let explain: (() => Explanation) | undefined
  const now = (): number => Math.round((performance.now() - started) * 1000) / 1000
  const record = (fetch: number, call: ServiceCall, send: Send): Promise<ServiceAnswer> => {
    const { service, body } = call
    const one: Made = { fetch, service, asked: askedIn(body), record: createRecord(now, body), errors: [] }
    made.push(one)
    return send({ ...call, trace: one.record.trace }).then(
      (answer) => {
        one.record.end()
        one.errors = errorsOf(service, answer)
        return answer
      },
      (error: unknown) => {
        one.record.end()
        one.errors = [told(callError(service, error))]
        throw error
      },
    )
  }
  return {
    now,
    asking(send, explainCalls) {
      explain = explainCalls
      return (fetch, call) => (made.length < MOST_CALLS ? record(fetch, call, send) : send(call))
    },
    calls(kindOf) {
      if (!explain) return []
      const { after, fields, shown } = explain()
      const idsOf = idsAfter(made, after)
      return made.map(({ fetch, service, asked, record, errors }, id) => ({
        id,
        service,
        kind: kindOf(service),
        // The exact path may take over before everything has arrived that the flat path would wait
        // for.
        after: idsOf(fetch).filter((before) => made[before]?.record.hasEndedBy(record.start)),
        ...record.read(),
        ...shown(fetch, asked),
        fields: fields(fetch),
        errors,
      }))
    },
  }
}

/**
 * The calls that a fetch waited for; a fetch without calls is replaced by those it waited for
 * itself.
 */
function idsAfter(made: readonly Made[], after: Explanation['after']): (fetch: number) => readonly number[] {
  const idsOf = Map.groupBy(made.keys(), (id) => (made[id] as Made).fetch)
  const known = new Map<number, readonly number[]>()
  const before = (fetch: number): readonly number[] => {
    const found = known.get(fetch)
    if (found) return found
    const ids = [...new Set(after(fetch).flatMap((each) => idsOf.get(each) ?? before(each)))].sort((a, b) => a - b)
    known.set(fetch, ids)
    return ids
  }
  return before
}

/** Most answers have no errors, and need no parsing. */
function errorsOf(service: string, answer: ServiceAnswer): TracedCall['errors'] {
  if (!answer.body.includes('"errors"')) return []
  const { errors = [] } = answer.parsed()
  return errors.slice(0, MOST_ERRORS).map((error) => told(serviceError(service, error)))
}

/** Message and extensions as any client may see them, whatever error rules show besides. */
const told = ({ message, extensions }: GraphQLError): TracedCall['errors'][number] => ({
  code: String(extensions['code']),
  message: excerpt(message),
})
