/**
 * Sheds load early: a request that would wait too long for the event loop is refused before anything is done for it, so that the
 * gateway can ask elsewhere while there is time. Also lets the loop turn between requests, so that health checks are answered meanwhile.
 */
import { HttpError } from '../gateway/process/http.ts'

/**
 * Resolves, or gives `undefined`, when it is the request's turn.
 * @throws HttpError 503 with `Retry-After` where it waits, or would wait, too long
 */
export type Admit = () => Promise<void> | undefined

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
  const waiting: Waiting[] = []
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
    const next = waiting.shift()
    if (!next) return
    // The next one is counted from here on: what else the loop does in its turn delays those behind it, too.
    begin()
    const waited = now() - next.since
    if (waited > longest) next.refuse(busy(expected()))
    else next.enter()
  }
  const expected = (): number => waiting.length * mean

  return () => {
    if (waiting.length === 0 && (!turn || now() - turn.since < TURN)) {
      begin()
      return undefined
    }
    if (waiting.length >= MOST || expected() > longest) throw busy(expected())
    return new Promise((enter, refuse) => waiting.push({ since: now(), enter, refuse }))
  }
}

const busy = (wait: number): HttpError =>
  new HttpError(503, 'SERVICE_UNAVAILABLE', 'The service is busy; try again.', {
    'retry-after': String(Math.max(1, Math.ceil(wait / 1000))),
  })
