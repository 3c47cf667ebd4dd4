/**
 * How long the answer to a client may be cached: as long as everything that it read, and not at all
 * if anything was private.
 */
import type { Freshness } from '../traffic/call/send.ts'

/** In seconds. */
export interface Keepable {
  readonly maxAge: number
  readonly age: number
  readonly variesByLanguage: boolean
}

export interface FreshnessTally {
  /** Call it with the freshness of each service answer. */
  observe(freshness: Freshness): void
  /** The result for all of them; `undefined` if the answer must not be cached. */
  result(): Keepable | undefined
}

export function createFreshnessTally(): FreshnessTally {
  let left = Number.POSITIVE_INFINITY
  let oldest = 0
  let varies = false
  return {
    observe({ scope, maxAge, age, variesByLanguage }) {
      left = scope === 'private' ? 0 : Math.min(left, maxAge - age)
      oldest = Math.max(oldest, age)
      varies ||= variesByLanguage
    },
    result: () =>
      left > 0 && left < Number.POSITIVE_INFINITY
        ? { maxAge: left + oldest, age: oldest, variesByLanguage: varies }
        : undefined,
  }
}
