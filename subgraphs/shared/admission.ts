/**
 * Sheds load early: refuses a request that would wait too long for the event loop before any work
 * is done, so that the gateway has time to ask elsewhere. Callers take turns: one with a thousand
 * requests delays another's by one request per turn. The loop turns every few milliseconds of work,
 * so that health checks are answered. It measures whole requests and refuses;
 * `gateway/limits/heavy-turns.ts` only spreads long pieces of work, and
 * `platform/process/loop-turns.ts` does so without callers.
 */
import { createFairQueue } from '../../platform/data/fair-queue.ts'
import { HttpError } from '../../platform/http/message/http-error.ts'

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
}

interface Waiting {
  readonly since: number
  readonly enter: () => void
  readonly refuse: (refusal: HttpError) => void
}

const LONGEST = 2_500 // milliseconds; half of the gateway's deadline for stateless services
const TURN = 10 // milliseconds of work before the loop turns
const MOST = 1_024 // requests that may wait, however fast they are
const WEIGHT = 0.2 // weight of the newest value in the mean

export function createAdmission({ longest = LONGEST, now = () => performance.now() }: AdmissionOptions = {}): Admit {
  const waiting = createFairQueue<Waiting>()
  /** Mean milliseconds of the event loop per request, including concurrent work. */
  let mean = 0
  /** Since the loop turned last; `undefined` if nothing has begun since. */
  let turn: { readonly since: number; began: number } | undefined

  const begin = (): void => {
    if (!turn) {
      turn = { since: now(), began: 0 }
      setImmediate(endTurn)
    }
    turn.began += 1
  }
  const endTurn = (): void => {
    if (!turn) return
    const taken = (now() - turn.since) / Math.max(1, turn.began)
    mean += (taken - mean) * WEIGHT
    turn = undefined
    enterNext()
  }
  const enterNext = (): void => {
    const next = waiting.next()
    if (!next) return
    // The next request is measured from here: other work in this turn delays it too.
    begin()
    const waited = now() - next.since
    if (waited > longest) next.refuse(busy(waiting.size * mean))
    else next.enter()
    // It works in microtasks, and a tick that one of them asks for comes after all of them.
    queueMicrotask(() => process.nextTick(enterInSameTurn))
  }
  /** Quick requests share a turn: on a busy machine each turn of the loop takes its time. */
  const enterInSameTurn = (): void => {
    if (turn && now() - turn.since < TURN) enterNext()
  }

  return (caller) => {
    if (waiting.size === 0 && (!turn || now() - turn.since < TURN)) {
      begin()
      return undefined
    }
    const wait = waiting.ahead(caller) * mean
    if (wait > longest) throw busy(wait)
    if (waiting.size >= MOST) {
      const last = waiting.takeFromLonger(caller)
      if (!last) throw busy(wait)
      last.refuse(busy(waiting.size * mean))
    }
    return new Promise((enter, refuse) => waiting.join(caller, { since: now(), enter, refuse }))
  }
}

const busy = (wait: number): HttpError =>
  new HttpError(503, 'SERVICE_UNAVAILABLE', 'The service is busy; try again.', {
    'retry-after': String(Math.max(1, Math.ceil(wait / 1000))),
  })
