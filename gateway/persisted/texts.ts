/** Texts of automatic persisted queries, by their SHA-256. */
import { LRUCache } from 'lru-cache'

export interface PersistedTexts {
  get(sha256: string): string | undefined | Promise<string | undefined>
  /** @param sha256 of the text, which the caller has verified */
  set(sha256: string, text: string): void
}

/** A separate part of the texts: a hash that is known in one part may be unknown in another. */
export const textsBelow = (texts: MemoryTexts, name: string): PersistedTexts => ({
  get: (sha256) => texts.get(`${name} ${sha256}`),
  set: (sha256, text) => void texts.set(`${name} ${sha256}`, text),
})

export type MemoryTexts = LRUCache<string, string>

/**
 * @param bytes of all texts; the least recently used go first
 * @param before the cache whose texts it takes over
 */
export function createMemoryTexts(bytes: number, before?: MemoryTexts): MemoryTexts {
  const texts: MemoryTexts = new LRUCache({ maxSize: bytes, sizeCalculation: (text) => 2 * text.length + 128 })
  if (before) texts.load(before.dump())
  return texts
}
