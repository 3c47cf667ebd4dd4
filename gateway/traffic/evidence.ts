/**
 * Decides from the outcome of calls whether an instance is in trouble. A caller can cause failures,
 * so they only raise a suspicion: a health check of the gateway's own opens the breaker.
 */
import type { Breaker } from './call/breaker.ts'
import { type CallFailure, isEvidence } from './call/failure.ts'

export interface Evidence {
  /** A call was answered. */
  succeeded(): void
  failed(failure: CallFailure): void
  /** Asks nothing more. */
  close(): void
}

const ENOUGH = 5 // failures in a row
const INTERVAL = 1_000 // milliseconds between questions to an instance that is in trouble

/** @param isWell asks the instance something that no caller has a part in */
export function createEvidence(breaker: Breaker, isWell: () => Promise<boolean>): Evidence {
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
