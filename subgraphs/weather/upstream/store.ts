/**
 * Keeps fetched sheets: within a bounded memory, and in Redis for all instances. Everything here
 * can be lost at any moment; it is fetched again.
 */
import { LRUCache } from 'lru-cache' // BlueOak-1.0.0, no dependencies; the LRU of the Node field
import { z } from 'zod'
import type { Redis } from './redis.ts'
import type { Sheet } from './upstream.ts'

interface SheetEntry {
  readonly key: string
  readonly sheet: Sheet
}

export interface SheetStore {
  /** Reads from memory only, at once; possibly stale. */
  peek(key: string): Sheet | undefined
  /** Parallel to `keys`; possibly stale. Never rejects. */
  getAll(keys: readonly string[]): Promise<readonly (Sheet | undefined)[]>
  /** Never fails, and returns at once. */
  setAll(entries: readonly SheetEntry[]): void
}

const MEMORY = 16 * 1024 * 1024 // characters of JSON, a fair measure of what the objects take
/**
 * Milliseconds a sheet stays of use once it is stale: the upstream may answer that it has not
 * changed.
 */
const RENEWABLE = 3_600_000
/** Raise the number when `Sheet` changes: instances of two versions share one Redis. */
const PREFIX = 'tributary:weather:1:'

const keptFor = ({ validUntil, lastModified }: Sheet): number =>
  Math.max(1, Math.round(validUntil - Date.now() + (lastModified === undefined ? 0 : RENEWABLE)))

/** @param size characters of JSON to keep at most */
export function memoryStore(size: number = MEMORY): SheetStore {
  const sheets = new LRUCache<string, Sheet>({
    maxSize: size,
    sizeCalculation: (sheet, key) => key.length + JSON.stringify(sheet).length,
  })
  const peek = (key: string): Sheet | undefined => sheets.get(key)
  return {
    peek,
    getAll: async (keys) => keys.map(peek),
    setAll(entries) {
      for (const { key, sheet } of entries) sheets.set(key, sheet, { ttl: keptFor(sheet) })
    },
  }
}

const storedSheet = z.looseObject({
  figures: z.looseObject({}),
  kind: z.enum(['OBSERVED', 'FORECAST', 'ESTIMATE']),
  issuedAt: z.number(),
  validUntil: z.number(),
  lastModified: z.string().optional(),
})

/**
 * Memory first, then Redis; what another instance fetched comes to stay in this one's memory too.
 */
export function sharedStore(memory: SheetStore, redis: Redis): SheetStore {
  return {
    peek: memory.peek,
    async getAll(keys) {
      const known = keys.map(memory.peek)
      const missing = keys.filter((_, index) => known[index] === undefined)
      if (missing.length === 0) return known
      const texts = await redis.use((client) => client.mGet(missing.map((key) => PREFIX + key)))
      const found = new Map(missing.map((key, index) => [key, parseSheet(texts?.[index])]))
      memory.setAll([...found].flatMap(([key, sheet]) => (sheet ? [{ key, sheet }] : [])))
      return keys.map((key, index) => known[index] ?? found.get(key))
    },
    setAll(entries) {
      memory.setAll(entries)
      if (entries.length === 0) return
      void redis.use((client) =>
        Promise.all(
          entries.map(({ key, sheet }) =>
            client.set(PREFIX + key, JSON.stringify(sheet), { expiration: { type: 'PX', value: keptFor(sheet) } }),
          ),
        ),
      )
    },
  }
}

/** Whatever else may lie under our key counts as nothing there. */
function parseSheet(text: string | null | undefined): Sheet | undefined {
  if (text == null) return undefined
  try {
    return storedSheet.parse(JSON.parse(text)) as Sheet
  } catch {
    return undefined
  }
}
