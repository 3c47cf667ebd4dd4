/**
 * Keeps data that must outlive a reload. A `Map` is such a store, which forgets at the end of the
 * process.
 */
export interface Store {
  entries(): Iterable<readonly [key: string, value: string]> | Promise<Iterable<readonly [key: string, value: string]>>
  set(key: string, value: string): unknown
  delete(key: string): unknown
}

const PREFIX = 'tributary:'

/** Reads the entries of one kind; skips invalid ones. */
export async function kept<Value>(
  store: Store,
  kind: string,
): Promise<readonly (readonly [key: string, value: Value])[]> {
  const found: (readonly [string, Value])[] = []
  for (const [key, text] of await store.entries()) {
    if (!key.startsWith(kind)) continue
    try {
      found.push([key, JSON.parse(text)])
    } catch {
      // A foreign or partially written entry.
    }
  }
  return found
}

export interface Stores {
  /** Shared by all tabs, and kept when they are closed. */
  readonly ofAll: Store
  /** The store of this tab only; outlives reloads. */
  readonly ofTab: Store
}

/** The browser's `localStorage` and `sessionStorage`; in Node, or if they are forbidden, memory. */
export function defaultStores(): Stores {
  try {
    // Node has a `localStorage` of its own, without a file behind it.
    if (typeof window === 'object' && window.localStorage)
      return { ofAll: storeOn(window.localStorage), ofTab: storeOn(window.sessionStorage) }
  } catch {
    // In a sandboxed page even the access throws.
  }
  return storesIn(new Map())
}

export const storesIn = (store: Store): Stores => ({ ofAll: store, ofTab: store })

const storeOn = (storage: Storage): Store => ({
  *entries() {
    for (const name of Object.keys(storage)) {
      const value = storage.getItem(name)
      if (name.startsWith(PREFIX) && value !== null) yield [name.slice(PREFIX.length), value] as const
    }
  },
  set: (key, value) => storage.setItem(PREFIX + key, value),
  delete: (key) => storage.removeItem(PREFIX + key),
})
