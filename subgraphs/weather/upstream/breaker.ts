/**
 * Stays away from an upstream that keeps failing or has asked for a pause, then tries it with one
 * call. Knows nothing of what is called. Times are milliseconds of monotonic time: if the clock is
 * set back, no pause gets longer.
 */

export interface Breaker {
  /** Milliseconds still to stay away; 0 when a call may be made. */
  pause(now: number): number
  succeeded(): void
  /** @param retryAfter seconds the upstream itself asks for: opens at once */
  failed(now: number, retryAfter?: number): void
}

export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly failures?: number
  /** Milliseconds it stays open; then one more failure opens it again. */
  readonly openFor?: number
}

/**
 * An upstream that asks for a longer pause than this, in seconds, is asked again after it all the
 * same: clocks and operators err.
 */
export const LONGEST_PAUSE = 3600

export function createBreaker({ failures = 5, openFor = 30_000 }: BreakerOptions = {}): Breaker {
  let inARow = 0
  let openUntil = 0
  return {
    pause: (now) => Math.max(0, openUntil - now),
    succeeded() {
      inARow = 0
      openUntil = 0
    },
    failed(now, retryAfter) {
      inARow += 1
      if (retryAfter !== undefined) openUntil = now + Math.min(retryAfter, LONGEST_PAUSE) * 1000
      else if (inARow >= failures) openUntil = now + openFor
    },
  }
}
