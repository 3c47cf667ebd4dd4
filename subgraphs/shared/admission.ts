/**
 * Sheds load early: refuses a request that would wait too long for the event loop before any work
 * is done, so that the gateway has time to ask elsewhere. Requests are let in no faster than the
 * loop can do their work, with what follows when the database answers; so work piles up here, where
 * callers take turns, and not inside. One with a thousand requests delays another by a few of them.
 */
// Of the event loop itself, and not of a test that has stopped the global clock.
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers'
import { createFairQueue } from '../../platform/data/fair-queue.ts'
import { HttpError } from '../../platform/http/message/http-error.ts'
import { createWorkMean } from './work-mean.ts'

/**
 * Resolves, or returns `undefined`, when it is the request's turn.
 * @param caller any text that distinguishes callers
 * @throws HttpError 503 with `Retry-After` if it waits, or would wait, too long
 */
type Admit = (caller: string) => Promise<void> | undefined

interface AdmissionOptions {
  /** Milliseconds that a request may wait; well below the gateway's deadlines. */
  readonly longest?: number
  /** A monotonic clock, in milliseconds. */
  readonly now?: () => number
  /** Milliseconds for which the event loop has worked: it does not count while the loop is idle. */
  readonly worked?: () => number
  readonly after?: (milliseconds: number, run: () => void) => void
}

interface Waiting {
  readonly since: number
  readonly enter: () => void
  readonly refuse: (refusal: HttpError) => void
}

const LONGEST = 2_500 // milliseconds; half of the gateway's deadline for stateless services
const AHEAD = 10 // milliseconds of work that may be let in before the loop has done it
const MOST = 1_024 // requests that may wait, however fast they are

export function createAdmission({
  longest = LONGEST,
  now = () => performance.now(),
  worked = () => performance.eventLoopUtilization().active,
  after = (milliseconds, run) => void setTimeout(run, milliseconds).unref(),
}: AdmissionOptions = {}): Admit {
  const waiting = createFairQueue<Waiting>()
  const work = createWorkMean(now, worked)
  /** Milliseconds of work that were let in and not done at `countedAt`. */
  let owed = 0
  let countedAt = now()
  /** When the loop turned last; `undefined` if nothing has begun since. */
  let turnSince: number | undefined
  /** A release is certain to come. */
  let isReleasing = false

  /** The loop works off what it owes, or is idle, and then there is nothing that it could do. */
  const owedNow = (): number => {
    const at = now()
    owed = Math.max(0, owed - (at - countedAt))
    countedAt = at
    return owed
  }
  /** @param expected milliseconds of work */
  const begin = (expected: number): void => {
    owed = owedNow() + expected
    if (turnSince !== undefined) return
    turnSince = now()
    isReleasing = true
    setImmediate(() => {
      turnSince = undefined
      release()
    })
  }
  const release = (): void => {
    isReleasing = waiting.size > 0
    if (!isReleasing) return
    const wait = Math.ceil(owedNow() - AHEAD)
    if (wait > 0) {
      after(wait, release)
      return
    }
    const next = waiting.next() as Waiting
    const isLate = now() - next.since > longest
    begin(isLate ? 0 : work.begin())
    if (isLate) next.refuse(busy(waiting.size * work.mean()))
    else next.enter()
  }

  return (caller) => {
    const hasTime = turnSince === undefined || now() - turnSince < AHEAD
    if (waiting.size === 0 && hasTime && owedNow() < AHEAD) {
      begin(work.begin())
      return undefined
    }
    const wait = waiting.ahead(caller) * work.mean()
    if (wait > longest) throw busy(wait)
    if (waiting.size >= MOST) {
      const last = waiting.takeFromLonger(caller)
      if (!last) throw busy(wait)
      last.refuse(busy(waiting.size * work.mean()))
    }
    const turn = new Promise<void>((enter, refuse) => waiting.join(caller, { since: now(), enter, refuse }))
    if (!isReleasing) release()
    return turn
  }
}

const busy = (wait: number): HttpError =>
  new HttpError(503, 'SERVICE_UNAVAILABLE', 'The service is busy; try again.', {
    'retry-after': String(Math.max(1, Math.ceil(wait / 1000))),
  })
