/**
 * A bounded cache of parsed and validated operations, each many times larger than its text. Knows
 * no domain.
 */
import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache' // BlueOak-1.0.0, no dependencies; the LRU of the Node field

const MEMORY = 100_000 // characters of operations' text; parsed, some 7 MB

/** An Apollo Server `documentStore`; the default one takes up to 30 MB. */
export function createDocumentStore(size: number = MEMORY) {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: size,
    sizeCalculation: ({ loc }, key) => key.length + (loc?.source.body.length ?? 0),
  })
  return {
    get: async (key: string): Promise<DocumentNode | undefined> => documents.get(key),
    set: async (key: string, document: DocumentNode): Promise<void> => void documents.set(key, document),
    delete: async (key: string): Promise<boolean> => documents.delete(key),
  }
}
