/**
 * Computes when a failed delivery is retried, and for how long its endpoint is paused. Pure
 * arithmetic.
 */

export interface RetryPolicy {
  /** Milliseconds after the first failure. */
  readonly first: number
  /** The ratio of each pause to the one before. */
  readonly factor: number
  /** Milliseconds at most. */
  readonly longest: number
  /** Attempts in all; after the last the delivery is dead. */
  readonly attempts: number
}

/** Twelve attempts within about a day and a half. */
export const usualRetries: RetryPolicy = { first: 5_000, factor: 4, longest: 6 * 60 * 60_000, attempts: 12 }

/**
 * Milliseconds to wait after `attempts` failures: exponential, less a random part of at most half,
 * so that retries do not all reach a recovered receiver at once. Undefined if it is not retried.
 * @param random from 0 to 1
 */
export function pauseAfter(attempts: number, policy: RetryPolicy, random: number = Math.random()): number | undefined {
  if (attempts >= policy.attempts) return undefined
  const pause = Math.min(policy.longest, policy.first * policy.factor ** (attempts - 1))
  return Math.round(pause * (1 - random / 2))
}

const LONGEST_PAUSE_OF_ENDPOINT = 5 * 60_000 // milliseconds

/**
 * Milliseconds for which an endpoint is paused after `failures` in a row: as for one delivery, but
 * never long, so that deliveries to a recovered endpoint resume soon.
 */
export function pauseOfEndpoint(failures: number, policy: RetryPolicy, random?: number): number {
  const longest = Math.min(policy.longest, LONGEST_PAUSE_OF_ENDPOINT)
  return pauseAfter(failures, { ...policy, longest, attempts: Number.POSITIVE_INFINITY }, random) ?? longest
}
