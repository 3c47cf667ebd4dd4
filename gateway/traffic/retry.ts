/**
 * Tries a call again where that cannot do harm: queries always, mutations only where every field
 * carries an idempotency key.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { CallFailure, mayBeSentAgain } from './call/failure.ts'
import type { Reply, Step, Work } from './call/step.ts'
import type { Instance } from './instance.ts'

/** One try; adds each instance it asks to `asked`, and prefers one that is not in it. */
export type Try = (work: Work, asked: Set<Instance>) => Promise<Reply>

const MAX_TRIES = 3
const FIRST_PAUSE = 10 // milliseconds, five times longer each time; jittered
/**
 * Of every call a tenth of a retry is saved up, so that a service in trouble never gets much more
 * than its usual load.
 */
const SAVED_PER_CALL = 0.1
const MAX_SAVED = 50

export function retried(tryOnce: Try): Step {
  let saved = MAX_SAVED
  /** @param tries so many there were, with this one @param before why the last one failed */
  const attempt = (work: Work, asked: Set<Instance>, tries: number, before?: CallFailure): Promise<Reply> =>
    tryOnce(work, asked).catch(async (failure: unknown) => {
      // That nobody else could be asked says less than what went wrong.
      if (before && isUnsent(failure)) throw before
      if (!(failure instanceof CallFailure) || tries === MAX_TRIES || saved < 1 || !mayRetry(failure, work))
        throw failure
      const pause = FIRST_PAUSE * 5 ** (tries - 1) * (0.5 + Math.random() / 2)
      if (performance.now() + pause >= work.deadline) throw failure
      saved -= 1
      await sleep(pause)
      return attempt(work, asked, tries + 1, failure)
    })
  return (work) => {
    saved = Math.min(saved + SAVED_PER_CALL, MAX_SAVED)
    return attempt(work, new Set(), 1)
  }
}

/**
 * A mutation that reached the service may have been done: its key makes the second time harmless,
 * and nothing else does.
 */
function mayRetry(failure: CallFailure, { call, signal }: Work): boolean {
  const again = mayBeSentAgain(failure)
  if (signal?.aborted || again === 'nothing') return false
  return call.operation === 'query' || (call.context.idempotent && again === 'keyed')
}

const isUnsent = (failure: unknown): boolean =>
  failure instanceof CallFailure && (failure.kind === 'overload' || failure.kind === 'held')
