/** How long, and by whom, the answer to a client may be kept: as long as everything that was read for it, and by nobody once anything private was. */
import type { Freshness } from '../traffic/call/send.ts'

/** In seconds. */
export interface Keepable {
  readonly maxAge: number
  readonly age: number
  readonly variesByLanguage: boolean
}

export interface FreshnessTally {
  /** Told of each answer that a service gave. */
  observe(freshness: Freshness): void
  /** What is true of all of them together; `undefined` where the answer must not be kept. */
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
