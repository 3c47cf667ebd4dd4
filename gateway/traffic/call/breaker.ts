/**
 * A circuit breaker: stops asking an instance that keeps failing, and asks it again, one call at a
 * time, within a second. Knows no network.
 */

export interface Breaker {
  /** True if a call may go to the instance now. */
  admits(now: number): boolean
  /**
   * Must precede each admitted call: after a pause exactly one goes ahead and the others stay away.
   */
  enter(now: number): void
  succeeded(): void
  failed(now: number): void
  /** Opens at once, on stronger evidence than a failed call. */
  trip(now: number): void
  /** The call ended, or will take long, and says nothing about the instance. */
  abandoned(): void
  readonly state: 'closed' | 'open' | 'half-open'
}

const THRESHOLD = 5 // failures in a row

/**
 * Milliseconds before a call may try an open breaker again: the first time, and at most, since each
 * failed trial doubles it.
 */
interface Pauses {
  readonly first: number
  readonly longest: number
}

const SHORT: Pauses = { first: 500, longest: 1_000 }

/** For an instance whose health is checked by other means: no trial calls. */
export const NO_TRIALS: Pauses = { first: Number.POSITIVE_INFINITY, longest: Number.POSITIVE_INFINITY }

type State =
  | { readonly name: 'closed'; readonly failures: number }
  | { readonly name: 'open'; readonly until: number; readonly pause: number }
  | { readonly name: 'half-open'; readonly pause: number }

/** All times in milliseconds of one monotonic clock. */
export function createBreaker({ first, longest }: Pauses = SHORT): Breaker {
  let state: State = { name: 'closed', failures: 0 }
  return {
    admits: (now) => state.name === 'closed' || (state.name === 'open' && now >= state.until),
    enter(now) {
      if (state.name === 'open' && now >= state.until) state = { name: 'half-open', pause: state.pause }
    },
    succeeded() {
      if (state.name !== 'closed' || state.failures > 0) state = { name: 'closed', failures: 0 }
    },
    failed(now) {
      if (state.name === 'closed') {
        const failures = state.failures + 1
        state = failures < THRESHOLD ? { name: 'closed', failures } : { name: 'open', until: now + first, pause: first }
      } else if (state.name === 'half-open') {
        const pause = Math.min(state.pause * 2, longest)
        state = { name: 'open', until: now + pause, pause }
      }
    },
    trip(now) {
      if (state.name === 'closed') state = { name: 'open', until: now + first, pause: first }
    },
    abandoned() {
      if (state.name === 'half-open') state = { name: 'open', until: 0, pause: state.pause }
    },
    get state() {
      return state.name
    },
  }
}
