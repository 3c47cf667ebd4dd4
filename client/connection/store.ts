/** Where a connection keeps what must outlive a reload. A `Map` is such a store, and forgets at the end of the process. */
export interface Store {
  entries(): Iterable<readonly [key: string, value: string]> | Promise<Iterable<readonly [key: string, value: string]>>
  set(key: string, value: string): unknown
  delete(key: string): unknown
}

const PREFIX = 'tributary:'

/** What a store holds of one kind, without what nobody can read. */
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
      // Not ours, or half written.
    }
  }
  return found
}

/** The browser's `localStorage`, which survives reloads and the end of the browser; in Node, and where it is forbidden, memory. */
export function defaultStore(): Store {
  try {
    // Node has a `localStorage` of its own, without a file behind it.
    if (typeof window === 'object' && window.localStorage) return storeOn(window.localStorage)
  } catch {
    // A page in a sandbox may not even look at it.
  }
  return new Map()
}

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
