/** Sends mutations with keys, and retries those with an unknown outcome. */

import {
  type Answer,
  type Failure,
  isCarriedOut,
  isNotNow,
  isOutcomeUnknown,
  isWorthAnother,
  mayHaveRun,
} from './answer.ts'
import type { Core } from './core.ts'
import { drive, type Request } from './drive.ts'
import { OutcomeUnknownError } from './errors.ts'
import type { Pending } from './outbox.ts'
import { failureOf, post } from './post.ts'

type Sender<Result> = Pick<Request<Result>, 'send' | 'answerOf' | 'failureOf'>

/** @param wasSent whether it may have been carried out before */
export function keyedRequest<Result>(
  core: Core,
  pending: Pending,
  sender: Sender<Result>,
  wasSent: boolean,
): Request<Result> {
  // After an attempt with an unknown outcome, a refused retry proves nothing. The same holds after
  // a wait: the caller may be gone.
  let isKept = wasSent
  const note = (isUnknown: boolean): boolean => {
    isKept ||= isUnknown
    return isUnknown
  }
  const isStillOpen = (end: Answer | Failure): boolean =>
    'cause' in end ? mayHaveRun(end) || isKept : isOutcomeUnknown(end) || (isKept && isNotNow(end))
  return {
    ...sender,
    variables: pending.variables,
    isRepeatable: true,
    isWorthAnother: (answer) => note(isOutcomeUnknown(answer)) || isWorthAnother(answer),
    isTransient: (failure) => note(mayHaveRun(failure)),
    delayed: () => void note(true),
    ended(end) {
      if (isStillOpen(end)) return new OutcomeUnknownError(pending.operationName, 'cause' in end ? end.cause : end)
      const { intent, hasIntent, digest } = pending
      if (hasIntent && !('cause' in end) && isCarriedOut(end)) core.intents.noteCarriedOut(intent, digest)
      core.outbox.remove(pending)
      return undefined
    },
  }
}

/** Retries a mutation that was sent before. @throws OutcomeUnknownError when its time is over */
export function settle(core: Core, pending: Pending, signal: AbortSignal): Promise<Answer> {
  const { query, operationName } = pending
  const sender: Sender<Answer> = { send: post(core, { query, operationName }), answerOf: (answer) => answer, failureOf }
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    const observer = { next: resolve, error: reject, complete: () => undefined }
    drive(core, keyedRequest(core, pending, sender, true), observer, signal)
  })
}
