/**
 * Digests of what requests ask, which clients may make as long as a body. Few differ, and each is
 * hashed once.
 */
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

export const digest = (text: string): string => hash('sha256', text, 'base64url')

interface Digests {
  of(text: string): string
  readonly keptBytes: number
}

const BYTES = 4 * 1024 * 1024
const LONGEST = 16 * 1024 // characters; a longer one is hashed each time
const OVERHEAD = 256 // bytes of each besides its text

/** @param bytes of all that is kept; the least recently used go first */
export function createDigests(bytes: number = BYTES): Digests {
  const known = new LRUCache<string, string>({
    maxSize: bytes,
    sizeCalculation: (_digest, text) => text.length + OVERHEAD,
    memoMethod: digest,
  })
  return {
    of: (text) => (text.length > LONGEST ? digest(text) : known.memo(text)),
    get keptBytes() {
      return known.calculatedSize
    },
  }
}
