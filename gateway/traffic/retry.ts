/**
 * Retries calls if that may help and can do no harm. The table of `call/failure.ts` says what may
 * be sent again after which failure: mutations never unless every field carries an idempotency
 * key.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { CallFailure, mayBeSentAgain } from './call/failure.ts'
import type { Reply, Step, Work } from './call/step.ts'
import type { Instance } from './instance.ts'

/** One try. Prefers an instance that is not in `asked`, and adds it there. */
export type Try = (work: Work, asked: Set<Instance>) => Promise<Reply>

const FIRST_PAUSE = 10 // milliseconds, five times longer each time; jittered
const LONGEST_PAUSE = 500 // milliseconds
/**
 * Each call earns a tenth of a retry: a service in trouble gets at most a tenth more than its usual
 * load, once the saved retries are used up.
 */
const SAVED_PER_CALL = 0.1 // retries
const MAX_SAVED = 50 // retries

/** @param retries maximum for one call @param onRetry called for each */
export function retried(tryOnce: Try, retries: number, onRetry: () => void): Step {
  let saved = MAX_SAVED
  /** @param tries number of tries, including this one @param before the failure of the last one */
  const attempt = (work: Work, asked: Set<Instance>, tries: number, before?: CallFailure): Promise<Reply> =>
    tryOnce(work, asked).catch(async (failure: unknown) => {
      // No other instance could be called. The earlier failure says more about the cause.
      if (before && isUnsent(failure)) throw before
      if (!(failure instanceof CallFailure) || tries > retries || saved < 1 || !mayRetry(failure, work)) throw failure
      const pause = Math.min(FIRST_PAUSE * 5 ** (tries - 1), LONGEST_PAUSE) * (0.5 + Math.random() / 2)
      if (performance.now() + pause >= work.deadline) throw failure
      saved -= 1
      await sleep(pause)
      onRetry()
      return attempt(work, asked, tries + 1, failure)
    })
  return (work) => {
    saved = Math.min(saved + SAVED_PER_CALL, MAX_SAVED)
    return attempt(work, new Set(), 1)
  }
}

/**
 * A mutation whose outcome is unknown may have taken effect. Only with idempotency keys can it be
 * sent again without taking effect twice.
 */
function mayRetry(failure: CallFailure, { call, signal }: Work): boolean {
  const again = mayBeSentAgain(failure)
  if (signal?.aborted || again === 'nothing') return false
  return call.operation === 'query' || (call.context.idempotent && again === 'keyed')
}

const isUnsent = (failure: unknown): boolean =>
  failure instanceof CallFailure && (failure.kind === 'overload' || failure.kind === 'held')
