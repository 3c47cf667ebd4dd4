/**
 * Keeps the store of answers from one configuration to the next, as long as its settings stay the
 * same.
 */
import type { Logger } from '../../../platform/process/log.ts'
import { createMemoryStore } from './memory.ts'
import type { AnswerStore } from './store.ts'

interface StoreSettings {
  /** Maximum bytes in this process. */
  readonly bytes: number
  /** URL of a Redis that all gateways share. */
  readonly redisUrl: string | undefined
}

export interface StoreLease {
  readonly store: AnswerStore
  /** Closes the store if nobody else uses it. Call it once. */
  release(): Promise<void>
}

export function createStores(log: Logger): (settings: StoreSettings) => Promise<StoreLease> {
  const opened = new Map<string, { readonly store: Promise<AnswerStore>; leases: number }>()
  return async (settings) => {
    const key = JSON.stringify(settings)
    const shared = opened.get(key) ?? { store: openStore(settings, log), leases: 0 }
    opened.set(key, shared)
    shared.leases += 1
    const store = await shared.store.catch((error: unknown) => {
      if (opened.get(key) === shared) opened.delete(key) // the next configuration tries again
      throw error
    })
    return {
      store,
      async release() {
        shared.leases -= 1
        if (shared.leases > 0) return
        opened.delete(key)
        await store.close()
      },
    }
  }
}

async function openStore({ bytes, redisUrl }: StoreSettings, log: Logger): Promise<AnswerStore> {
  const near = createMemoryStore(bytes)
  if (redisUrl === undefined) return near
  // Imported lazily: the Redis client takes several megabytes.
  const { createRedisStore } = await import('./redis.ts')
  return createRedisStore(redisUrl, near, log)
}
