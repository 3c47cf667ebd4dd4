/** Texts of automatic persisted queries, by their SHA-256. */
import { LRUCache } from 'lru-cache'

export interface PersistedTexts {
  get(sha256: string): string | undefined | Promise<string | undefined>
  /** @param sha256 the caller has checked that it is */
  set(sha256: string, text: string): void
}

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
