/** Records one call for a trace, as traffic reports it. */
import { excerpt } from '../../../platform/process/excerpt.ts'
import { CallFailure } from '../../traffic/call/failure.ts'
import type { RequestBody } from '../../traffic/call/send.ts'
import type { CallTrace } from '../../traffic/call/trace.ts'
import type { TracedAttempt, TracedCall } from './traced-call.ts'

export interface Recorded {
  readonly trace: CallTrace
  readonly start: number
  hasEndedBy(time: number): boolean
  /** The call has ended, with or without success. */
  end(): void
  /** Reads the record. Tries that still run count as given up. */
  read(): Pick<TracedCall, 'start' | 'duration' | 'source' | 'entities' | 'attempts' | 'sent' | 'received'>
}

const MOST_ATTEMPTS = 50 // of one call

interface Attempt extends Pick<TracedAttempt, 'instance' | 'start' | 'hedge'> {
  end: Pick<TracedAttempt, 'duration' | 'outcome' | 'reason'> | undefined
}

/** @param now milliseconds since the request began */
export function createRecord(now: () => number, { representations }: Pick<RequestBody, 'representations'>): Recorded {
  const start = now()
  const asked = representations && representations.length / 2
  const attempts: Attempt[] = []
  let ended: number | undefined
  let cached = 0
  let source: TracedCall['source'] = 'service'
  let sent = 0
  let received = 0
  const since = (from: number, until = now()): number => Math.round((until - from) * 1000) / 1000

  const tries: CallTrace['tries'] = (instance, hedge, bytes) => {
    sent += bytes
    const one: Attempt = { instance, start: now(), hedge, end: undefined }
    if (attempts.length < MOST_ATTEMPTS) attempts.push(one)
    return {
      answered() {
        one.end = { duration: since(one.start), outcome: 'answered' }
      },
      failed(error) {
        const isCancelled = error instanceof CallFailure && error.kind === 'cancelled'
        one.end = isCancelled
          ? { duration: since(one.start), outcome: 'cancelled' }
          : { duration: since(one.start), outcome: 'failed', reason: reasonOf(error) }
      },
    }
  }
  return {
    trace: {
      foundEntities(count) {
        cached = count
        if (count === asked) source = 'cache'
      },
      answeredBy(who) {
        source = who
      },
      tries,
      received(bytes) {
        received += bytes
      },
    },
    start,
    hasEndedBy: (time) => ended !== undefined && ended <= time,
    end() {
      ended ??= now()
    },
    read: () => ({
      start,
      duration: since(start, ended),
      source,
      ...(asked !== undefined && { entities: { asked, cached } }),
      attempts: attempts.map(({ end, ...attempt }) => ({
        ...attempt,
        ...(end ?? { duration: since(attempt.start), outcome: 'cancelled' as const }),
      })),
      sent,
      received,
    }),
  }
}

/** In words for operators. */
const reasonOf = (error: unknown): string =>
  error instanceof CallFailure ? excerpt(error.message) : 'an internal fault'
