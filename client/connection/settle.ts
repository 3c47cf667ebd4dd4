/** Asks for mutations whose outcome is unknown, until it is known. */
import type { Core } from './core.ts'
import { drive, type Request } from './drive.ts'
import { OutcomeUnknownError } from './errors.ts'
import type { Pending } from './outbox.ts'
import { failureOf, post } from './post.ts'
import { type Answer, isCarriedOut, isOutcomeUnknown } from './verdict.ts'

type Sender<Result> = Pick<Request<Result>, 'send' | 'answerOf' | 'failureOf'>

export function keyedRequest<Result>(core: Core, pending: Pending, sender: Sender<Result>): Request<Result> {
  return {
    ...sender,
    variables: pending.variables,
    isRepeatable: true,
    isWorthAnother: isOutcomeUnknown,
    answered(answer) {
      if (isCarriedOut(answer)) core.intents.noteCarriedOut(pending.intent, pending.digest)
      core.outbox.remove(pending)
    },
    outOfPatience: (cause) =>
      new OutcomeUnknownError(`It is not known yet what became of ${pending.operationName ?? 'a mutation'}.`, {
        cause,
      }),
  }
}

/** @throws OutcomeUnknownError when patience is over */
export function settle(core: Core, pending: Pending, signal: AbortSignal): Promise<Answer> {
  const { query, operationName } = pending
  const sender: Sender<Answer> = { send: post(core, { query, operationName }), answerOf: (answer) => answer, failureOf }
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    const observer = { next: resolve, error: reject, complete: () => undefined }
    drive(core, keyedRequest(core, pending, sender), observer, signal)
  })
}
