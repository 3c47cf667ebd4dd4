/**
 * Decides whether an instance is unhealthy. A failed call may be its caller's fault, so after five
 * failures in a row, or a timeout, the gateway sends a health request of its own, and that decides.
 * An unhealthy instance is asked each second until it is well. Besides, `health.ts` asks instances
 * of our own services each second, whatever their calls do.
 */
import type { Breaker } from './call/breaker.ts'
import { type CallFailure, isEvidence } from './call/failure.ts'

export interface FailureDetector {
  /** A call was answered. */
  succeeded(): void
  failed(failure: CallFailure): void
  /** Stops sending health requests. */
  close(): void
}

const ENOUGH = 5 // failures in a row
const INTERVAL = 1_000 // milliseconds between health requests to an unhealthy instance

/** @param isWell sends the health request */
export function createFailureDetector(breaker: Breaker, isWell: () => Promise<boolean>): FailureDetector {
  let answers = 0
  let failures = 0
  let asking = 0
  let again: NodeJS.Timeout | undefined
  let isClosed = false

  const answered = (): void => {
    answers += 1
    failures = 0
    breaker.succeeded()
  }
  const ask = async (): Promise<void> => {
    const before = answers
    asking += 1
    const well = await isWell()
    asking -= 1
    failures = 0
    if (well) answered()
    else if (answers === before) breaker.trip(performance.now())
    askAgain()
  }
  // Does not wait for the last answer: that request may be lost although the instance is back.
  const askAgain = (): void => {
    if (isClosed || again || breaker.state === 'closed') return
    again = setTimeout(() => {
      again = undefined
      if (breaker.state === 'closed') return
      void ask()
      askAgain()
    }, INTERVAL).unref()
  }

  return {
    succeeded: answered,
    failed(failure) {
      if (breaker.state !== 'closed') {
        if (isEvidence(failure)) breaker.failed(performance.now())
        else breaker.abandoned()
      } else if (isEvidence(failure)) {
        // One timeout is enough evidence.
        failures += failure.kind === 'timeout' ? ENOUGH : 1
        if (failures >= ENOUGH && asking === 0) void ask()
      }
    },
    close() {
      isClosed = true
      clearTimeout(again)
    },
  }
}
