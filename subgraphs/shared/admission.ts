/**
 * Sheds load early: a request that would wait too long for the event loop is refused before
 * anything is done for it, so that the gateway can ask elsewhere while there is time. Callers take
 * turns: one with a thousand requests delays another's by one request at a time. Also lets the loop
 * turn between requests, so that health checks are answered meanwhile.
 */
import { createFairQueue } from '../../platform/data/fair-queue.ts'
import { HttpError } from '../../platform/http/message/http-error.ts'

/**
 * Resolves, or gives `undefined`, when it is the request's turn.
 * @param caller whose line it joins; any text that tells callers apart
 * @throws HttpError 503 with `Retry-After` where it waits, or would wait, too long
 */
export type Admit = (caller: string) => Promise<void> | undefined

export interface AdmissionOptions {
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

const LONGEST = 2_500 // milliseconds; half of what the gateway gives a stateless service
const TURN = 10 // milliseconds of requests that came together, before the loop turns
const MOST = 1_024 // requests that wait, however fast they are
const WEIGHT = 0.2 // of the newest figure in the mean

export function createAdmission({ longest = LONGEST, now = () => performance.now() }: AdmissionOptions = {}): Admit {
  const waiting = createFairQueue<Waiting>()
  /** Milliseconds of the event loop that a request takes, with all that goes on beside it. */
  let mean = 0
  /** Since the loop turned last; `undefined` where nothing began since then. */
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
    const next = waiting.next()
    if (!next) return
    // The next one is counted from here on: what else the loop does in its turn delays those behind
    // it, too.
    begin()
    const waited = now() - next.since
    if (waited > longest) next.refuse(busy(waiting.size * mean))
    else next.enter()
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
