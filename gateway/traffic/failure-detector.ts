/**
 * Decides whether an instance is unhealthy. A failed call may be its caller's fault, so after five
 * failures in a row the gateway sends a health request of its own, and that decides.
 */
import type { Breaker } from './call/breaker.ts'
import { type CallFailure, isEvidence } from './call/failure.ts'

export interface FailureDetector {
  /** A call was answered. */
  succeeded(): void
  failed(failure: CallFailure): void
  /** Sends no more health requests. */
  close(): void
}

const ENOUGH = 5 // failures in a row
const INTERVAL = 1_000 // milliseconds between health requests to an unhealthy instance

/** @param isWell sends the health request */
export function createFailureDetector(breaker: Breaker, isWell: () => Promise<boolean>): FailureDetector {
  let successes = 0
  let failures = 0
  let isAsking = false
  let again: NodeJS.Timeout | undefined

  const ask = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    const before = successes
    const well = await isWell()
    isAsking = false
    failures = 0
    if (well) breaker.succeeded()
    else if (successes === before) breaker.trip(performance.now())
    if (breaker.state === 'closed') return
    clearTimeout(again)
    again = setTimeout(ask, INTERVAL).unref()
  }

  return {
    succeeded() {
      successes += 1
      failures = 0
      breaker.succeeded()
    },
    failed(failure) {
      if (breaker.state !== 'closed') {
        if (isEvidence(failure)) breaker.failed(performance.now())
        else breaker.abandoned()
      } else if (isEvidence(failure)) {
        // Whoever waited in vain for the whole of its time has seen enough.
        failures += failure.kind === 'timeout' ? ENOUGH : 1
        if (failures >= ENOUGH) void ask()
      }
    },
    close: () => clearTimeout(again),
  }
}
