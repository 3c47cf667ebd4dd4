/**
 * When a delivery that failed is tried again, and how long its endpoint is left alone. Pure
 * arithmetic.
 */

export interface RetryPolicy {
  /** Milliseconds after the first failure. */
  readonly first: number
  /** By how much each pause is longer than the one before. */
  readonly factor: number
  /** Milliseconds at most. */
  readonly longest: number
  /** Attempts in all; after the last the delivery is dead. */
  readonly attempts: number
}

/** Twelve attempts within about a day and a half. */
export const usualRetries: RetryPolicy = { first: 5_000, factor: 4, longest: 6 * 60 * 60_000, attempts: 12 }

/**
 * Milliseconds to wait after `attempts` failures: exponential, of which a random half is taken off
 * at most, so that receivers that come back are not met by everything at once. Undefined where it
 * is not tried again.
 * @param random from 0 to 1
 */
export function pauseAfter(attempts: number, policy: RetryPolicy, random: number = Math.random()): number | undefined {
  if (attempts >= policy.attempts) return undefined
  const pause = Math.min(policy.longest, policy.first * policy.factor ** (attempts - 1))
  return Math.round(pause * (1 - random / 2))
}

const LONGEST_PAUSE_OF_ENDPOINT = 5 * 60_000 // milliseconds

/**
 * Milliseconds in which nothing is sent to an endpoint after `failures` in a row: as for one
 * delivery, but never long, so that an endpoint that is well again hears of it soon.
 */
export function pauseOfEndpoint(failures: number, policy: RetryPolicy, random?: number): number {
  const longest = Math.min(policy.longest, LONGEST_PAUSE_OF_ENDPOINT)
  return pauseAfter(failures, { ...policy, longest, attempts: Number.POSITIVE_INFINITY }, random) ?? longest
}
