/**
 * A segmented LRU cache, bounded by bytes. An entry used once cannot push out one that is in use:
 * entries start in a small segment and move on when they are used again. Counts uses, so that
 * another cache can be filled with the most used first.
 */
import { LRUCache } from 'lru-cache' // ISC, no dependencies: the field's own, with sizes

interface SegmentedCache<Value extends object> {
  /** Counts as a use. */
  get(key: string): Value | undefined
  /** @param size estimated bytes */
  set(key: string, value: Value, size: number): void
  /** Makes one that is kept the most recent of those in use, and adds to its uses. */
  promote(key: string, uses: number): void
  /** Estimated bytes kept. */
  readonly size: number
  /** True where hardly any more can be in use without pushing out another. */
  readonly isFull: boolean
  /**
   * What is kept, with its uses of late: each counts half as much after every 100,000 uses of any.
   */
  entries(): Iterable<{ readonly value: Value; readonly uses: number }>
}

interface Kept<Value> {
  value: Value
  size: number
  /** Uses, decayed, in the period of the last one. */
  uses: number
  period: number
}

const PERIOD = 1_000 // uses of any operation
const HALF_LIFE = 100 // periods
const FULL = 0.95 // of what may be in use

/** @param maxBytes for everything kept */
export function createSegmentedCache<Value extends object>(maxBytes: number): SegmentedCache<Value> {
  const partOf = (bytes: number): LRUCache<string, Kept<Value>> =>
    new LRUCache({ maxSize: Math.max(1, Math.floor(bytes)), sizeCalculation: ({ size }) => Math.max(1, size) })
  const seenOnce = partOf(maxBytes / 5)
  const inUse = partOf((maxBytes * 4) / 5)
  let now = 0 // periods so far
  let usesInPeriod = 0

  const usesOf = ({ uses, period }: Kept<Value>): number =>
    period === now ? uses : uses * 2 ** ((period - now) / HALF_LIFE)
  const countUse = (): void => {
    usesInPeriod += 1
    if (usesInPeriod < PERIOD) return
    usesInPeriod = 0
    now += 1
  }
  const find = (key: string): Kept<Value> | undefined => {
    const kept = inUse.get(key)
    if (kept) return kept
    const met = seenOnce.get(key)
    if (!met) return undefined
    seenOnce.delete(key)
    inUse.set(key, met)
    return met
  }
  const count = (kept: Kept<Value>, uses: number): void => {
    kept.uses = usesOf(kept) + uses
    kept.period = now
  }
  return {
    get(key) {
      countUse()
      const kept = find(key)
      if (kept) count(kept, 1)
      return kept?.value
    },
    set(key, value, size) {
      const part = inUse.has(key) ? inUse : seenOnce
      const { uses, period } = part.peek(key) ?? { uses: 1, period: now }
      part.set(key, { value, size, uses, period })
    },
    promote(key, uses) {
      const kept = find(key)
      if (kept) count(kept, uses)
    },
    get size() {
      return seenOnce.calculatedSize + inUse.calculatedSize
    },
    get isFull() {
      return inUse.calculatedSize >= inUse.maxSize * FULL
    },
    *entries() {
      for (const part of [inUse, seenOnce])
        for (const kept of part.values()) yield { value: kept.value, uses: usesOf(kept) }
    },
  }
}
