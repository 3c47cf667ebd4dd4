/**
 * A bounded cache of parsed and validated operations, each many times larger than its text. Knows
 * no domain.
 */
import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache' // BlueOak-1.0.0, no dependencies; the LRU of the Node field

const MEMORY = 100_000 // characters of operations' text; parsed, some 7 MB

/** An Apollo Server `documentStore`; the default one takes up to 30 MB. */
export function createDocumentStore(size: number = MEMORY) {
  /** Apollo Server's keys by the text of the operation. */
  const keys = new Map<string, string>()
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: size,
    sizeCalculation: (document, key) => key.length + textOf(document).length,
    dispose: (document) => void keys.delete(textOf(document)),
  })
  const get = (key: string): DocumentNode | undefined => documents.get(key)
  return {
    get: async (key: string): Promise<DocumentNode | undefined> => get(key),
    async set(key: string, document: DocumentNode): Promise<void> {
      documents.set(key, document)
      if (documents.has(key)) keys.set(textOf(document), key)
    },
    delete: async (key: string): Promise<boolean> => documents.delete(key),
    /** The operation that was validated with exactly this text, if it is still here. */
    known(text: string): DocumentNode | undefined {
      const key = keys.get(text)
      return key === undefined ? undefined : get(key)
    },
  }
}

const textOf = ({ loc }: DocumentNode): string => loc?.source.body ?? ''
