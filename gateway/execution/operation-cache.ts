/**
 * Keeps what was made of operations, within a number of bytes. An operation seen once cannot push out one that is in use: new ones start in a
 * small part of their own and move on when they are met again.
 */
import { LRUCache } from 'lru-cache' // ISC, no dependencies: the field's own, with sizes

export interface OperationCache<Value extends object> {
  get(key: string): Value | undefined
  /** @param size estimated bytes */
  set(key: string, value: Value, size: number): void
  /** Estimated bytes kept. */
  readonly size: number
  /** Those in use, most recent first, for warming the next schema. */
  keys(): Iterable<string>
}

/** @param maxBytes for everything kept */
export function createOperationCache<Value extends object>(maxBytes: number): OperationCache<Value> {
  const partOf = (bytes: number): LRUCache<string, { value: Value; size: number }> =>
    new LRUCache({ maxSize: Math.max(1, Math.floor(bytes)), sizeCalculation: ({ size }) => Math.max(1, size) })
  const seenOnce = partOf(maxBytes / 5)
  const inUse = partOf((maxBytes * 4) / 5)
  return {
    get(key) {
      const kept = inUse.get(key)
      if (kept) return kept.value
      const met = seenOnce.get(key)
      if (!met) return undefined
      seenOnce.delete(key)
      inUse.set(key, met)
      return met.value
    },
    set(key, value, size) {
      const part = inUse.has(key) ? inUse : seenOnce
      part.set(key, { value, size })
    },
    get size() {
      return seenOnce.calculatedSize + inUse.calculatedSize
    },
    *keys() {
      yield* inUse.keys()
      yield* seenOnce.keys()
    },
  }
}
