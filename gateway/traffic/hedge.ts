/**
 * Calls a second instance if the first takes longer than nearly all calls, and uses the first
 * answer. For stateless services only.
 */
import { createAbort } from './call/abort.ts'
import { CallFailure } from './call/failure.ts'
import type { StatelessService } from './call/kind.ts'
import type { Reply, Work } from './call/step.ts'
import type { Fleet } from './fleet.ts'
import type { Instance } from './instance.ts'
import type { Latency } from './latency.ts'
import type { Try } from './retry.ts'

const SHORTEST = 5 // milliseconds; below it a second call costs more than it saves
/**
 * Calls per wasted second try. If all instances are slow for lack of capacity, more second tries
 * would make it worse. If one instance hangs, no second try is wasted.
 */
const CALLS_PER_HEDGE = 10
const RESERVE = 10 // wasted second tries that may be saved up

interface HedgeOptions {
  readonly fleet: Fleet
  readonly latency: Latency
  /** Called for each second try. */
  readonly onHedge: () => void
}

export function hedged({ hedging }: StatelessService, tryOnce: Try, { fleet, latency, onHedge }: HedgeOptions): Try {
  if (!hedging) return tryOnce
  let calls = RESERVE * CALLS_PER_HEDGE
  const mayHedge = (): boolean => {
    if (calls < CALLS_PER_HEDGE) return false
    calls -= CALLS_PER_HEDGE
    return true
  }
  const onHedgeWon = (): void => {
    calls += CALLS_PER_HEDGE
  }
  return (work, asked) => {
    // Also what owns no data may act, and would act twice.
    if (work.call.operation === 'mutation') return tryOnce(work, asked)
    calls = Math.min(RESERVE * CALLS_PER_HEDGE, calls + 1)
    const usual = fleet.instances.length > 1 ? latency.p95() : undefined
    return usual === undefined
      ? tryOnce(work, asked)
      : race(work, asked, tryOnce, { delay: Math.max(usual, SHORTEST), mayHedge, onHedge, onHedgeWon })
  }
}

interface Race extends Pick<HedgeOptions, 'onHedge'> {
  /** Milliseconds after which the second try starts. */
  readonly delay: number
  readonly mayHedge: () => boolean
  /** Called if the second try answered first. */
  readonly onHedgeWon: () => void
}

/** Fails with the first failure if no second call was made, otherwise with the last. */
function race(
  work: Work,
  asked: Set<Instance>,
  tryOnce: Try,
  { delay, mayHedge, onHedge, onHedgeWon }: Race,
): Promise<Reply> {
  const { signal, abort: leave } = createAbort()
  if (work.signal?.aborted) leave()
  work.signal?.addEventListener('abort', leave, { once: true })
  return new Promise((resolve, reject) => {
    let running = 0
    let isWon = false
    const start = (isHedge: boolean): void => {
      running += 1
      tryOnce({ ...work, signal, isHedge }, asked).then((reply) => win(reply, isHedge), lose)
    }
    const end = (): void => {
      clearTimeout(timer)
      work.signal?.removeEventListener('abort', leave)
    }
    const win = (reply: Reply, isHedge: boolean): void => {
      if (isHedge && !isWon) onHedgeWon()
      isWon = true
      end()
      resolve(reply)
      leave()
    }
    const lose = (failure: unknown): void => {
      running -= 1
      if (running > 0) return
      end()
      reject(failure instanceof Error ? failure : new CallFailure('connection', 'unknown'))
    }
    const hedge = (): void => {
      if (!mayHedge()) return
      onHedge()
      start(true)
    }
    const timer = setTimeout(hedge, delay)
    start(false)
  })
}
