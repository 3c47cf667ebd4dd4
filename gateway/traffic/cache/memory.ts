/** Caches answers in this process, bounded by bytes; evicts the least recently used. */
import { LRUCache } from 'lru-cache'
import { type AnswerStore, isFresh, type Kept } from './store.ts'

/** Bytes of an entry besides value and key, and of each of its tags, as measured. */
const OVERHEAD = 640
const OVERHEAD_OF_TAG = 150

export interface MemoryStore extends AnswerStore {
  /** Drops everything, as a purge of all tags would. */
  forget(): void
}

/** @param maxBytes of memory, roughly; 0 keeps nothing */
export function createMemoryStore(maxBytes: number): MemoryStore {
  // The library takes whole numbers from 1 on; several workers share the setting evenly.
  const bytes = Math.max(1, Math.floor(maxBytes))
  const keysByTag = new Map<string, Set<string>>()
  const kept = new LRUCache<string, Kept>({
    maxSize: bytes,
    maxEntrySize: Math.floor(bytes / 8),
    sizeCalculation: ({ value, tags, headers = [] }, key) =>
      value.length + key.length + lengthOf(headers) + OVERHEAD + tags.length * OVERHEAD_OF_TAG,
    dispose: ({ tags }, key) => {
      for (const tag of tags) {
        const keys = keysByTag.get(tag)
        keys?.delete(key)
        if (keys?.size === 0) keysByTag.delete(tag)
      }
    },
  })
  let epoch = 0
  return {
    get epoch() {
      return epoch
    },
    get(keys, otherwise = []) {
      const now = Date.now()
      const fresh = (key: string | undefined): Kept | undefined => {
        const found = key === undefined ? undefined : kept.get(key)
        if (found === undefined || isFresh(found, now)) return found
        kept.delete(key as string)
        return undefined
      }
      return keys.map((key, index) => fresh(key) ?? fresh(otherwise[index]))
    },
    set(entries, askedIn) {
      if (askedIn !== epoch) return
      for (const [key, value] of entries) {
        kept.set(key, value)
        if (!kept.has(key)) continue // larger than one entry may be
        for (const tag of value.tags) {
          const keys = keysByTag.get(tag)
          if (keys) keys.add(key)
          else keysByTag.set(tag, new Set([key]))
        }
      }
    },
    async purge(tags) {
      epoch += 1
      for (const tag of tags) for (const key of [...(keysByTag.get(tag) ?? [])]) kept.delete(key)
    },
    forget() {
      epoch += 1
      kept.clear()
    },
    close: async () => kept.clear(),
  }
}

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0)
