/** Keeps fetched sheets within a bounded memory. Everything here can be lost at any moment: it is fetched again. */
import { LRUCache } from 'lru-cache' // BlueOak-1.0.0; the LRU of the Node field
import type { Sheet } from './upstream.ts'

export interface SheetStore {
  /** From memory only, at once; possibly stale. */
  peek(key: string): Sheet | undefined
  /** Parallel to `keys`; possibly stale. Never rejects. */
  getAll(keys: readonly string[]): Promise<readonly (Sheet | undefined)[]>
  /** Never rejects. */
  setAll(entries: readonly { readonly key: string; readonly sheet: Sheet }[]): Promise<void>
  close(): Promise<void>
}

const MEMORY = 16 * 1024 * 1024 // characters of JSON, a fair measure of what the objects take

/** How long a sheet stays useful once it is stale: as long as the upstream may answer that it has not changed. */
export const keptFor = ({ validUntil, lastModified }: Sheet, now: number): number =>
  Math.max(1, validUntil - now + (lastModified === undefined ? 0 : 3_600_000))

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
    async setAll(entries) {
      for (const { key, sheet } of entries) sheets.set(key, sheet, { ttl: keptFor(sheet, Date.now()) })
    },
    close: async () => sheets.clear(),
  }
}
