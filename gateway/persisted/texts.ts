/** Texts of automatic persisted queries, by their SHA-256. */
import { LRUCache } from 'lru-cache'

export interface PersistedTexts {
  get(sha256: string): string | undefined | Promise<string | undefined>
  /** @param sha256 the caller has checked that it is */
  set(sha256: string, text: string): void
}

/** @param bytes of all texts; the least recently used go first */
export const createMemoryTexts = (bytes: number): PersistedTexts =>
  new LRUCache<string, string>({ maxSize: bytes, sizeCalculation: (text) => 2 * text.length + 128 })
