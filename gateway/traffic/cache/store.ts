/**
 * The store of answers of stateless services, for all callers. Types only; `memory.ts` and
 * `redis.ts` implement them.
 */

import type { PickedHeaders } from '../../headers/to-client.ts'

/** An entry of the store. */
export interface Kept {
  /** JSON in UTF-8, in memory of its own: an answer's body, or one entity of it. */
  readonly value: Buffer
  /** Unix milliseconds; the answer's own age is already subtracted. */
  readonly bornAt: number
  /** Seconds it stays good, from `bornAt`. */
  readonly maxAge: number
  readonly variesByLanguage: boolean
  readonly tags: readonly string[]
  /** Headers of the answer that clients get, in memory of their own. */
  readonly headers?: PickedHeaders | undefined
}

export interface AnswerStore {
  /**
   * In the order of `keys`; no promise if nothing outside the process is asked. Never rejects.
   * @param otherwise keys in the same order: of the entries to take where there is none
   */
  get(
    keys: readonly string[],
    otherwise?: readonly string[],
  ): readonly (Kept | undefined)[] | Promise<readonly (Kept | undefined)[]>
  /** Changes with every purge. */
  readonly epoch: number
  /**
   * Returns at once; entries that cannot be kept are dropped.
   * @param epoch of the time of the request: an answer requested before a purge is not kept after
   * it
   */
  set(entries: readonly (readonly [key: string, kept: Kept])[], epoch: number): void
  /** Removes all entries with one of the tags, here and in every gateway that shares the store. */
  purge(tags: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** Milliseconds by which the clocks of gateways that share a store may differ. */
const CLOCK_SKEW = 30_000

/**
 * Still good at `now` (Unix milliseconds). What was born later than that is from before the clock
 * was set back, and would live on for as long.
 */
export const isFresh = ({ bornAt, maxAge }: Kept, now: number): boolean =>
  now < bornAt + maxAge * 1000 && bornAt <= now + CLOCK_SKEW
