/** Texts of automatic persisted queries, by their SHA-256. */
import { LRUCache } from 'lru-cache'

export interface PersistedTexts {
  get(sha256: string): string | undefined | Promise<string | undefined>
  /** @param sha256 the caller has checked that it is */
  set(sha256: string, text: string): void
}

/**
 * A part of the texts that others do not see: the same hash may be known to one and not to another.
 */
export const textsBelow = (texts: MemoryTexts, name: string): PersistedTexts => ({
  get: (sha256) => texts.get(`${name} ${sha256}`),
  set: (sha256, text) => void texts.set(`${name} ${sha256}`, text),
})

export type MemoryTexts = LRUCache<string, string>

/**
 * @param bytes of all texts; the least recently used go first
 * @param before whose texts it takes over
 */
export function createMemoryTexts(bytes: number, before?: MemoryTexts): MemoryTexts {
  const texts: MemoryTexts = new LRUCache({ maxSize: bytes, sizeCalculation: (text) => 2 * text.length + 128 })
  if (before) texts.load(before.dump())
  return texts
}
