/** Keeps parsed documents, which clients may make large: bounded by their estimated bytes. */
import { type DocumentNode, parse } from 'graphql'
import { LRUCache } from 'lru-cache'

interface ParsedDocuments {
  of(query: string): DocumentNode
  readonly keptBytes: number
}

const BYTES = 4 * 1024 * 1024
const BYTES_PER_TOKEN = 200 // as measured, without positions
const BYTES_PER_DOCUMENT = 1_024

export function createParsedDocuments(bytes: number = BYTES): ParsedDocuments {
  const known = new LRUCache<string, DocumentNode>({
    maxSize: bytes,
    sizeCalculation: ({ tokenCount = 0 }, query) =>
      BYTES_PER_DOCUMENT + 2 * query.length + BYTES_PER_TOKEN * tokenCount,
    memoMethod: (query) => parse(query, { noLocation: true }),
  })
  return {
    of: (query) => known.memo(query),
    get keptBytes() {
      return known.calculatedSize
    },
  }
}
