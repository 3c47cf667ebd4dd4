/**
 * Mutations whose outcome is not known yet, stored before they are sent until they are answered.
 * After a reload they are retried with the same key.
 */
import type { Variables } from './keys.ts'
import { kept, type Store } from './store.ts'

export interface Pending {
  readonly id: string
  /** The user; only their token is sent with it. */
  readonly owner: string
  /** Id of the intent; a new one if the mutation has none. */
  readonly intent: string
  /** True if the caller gave the intent. */
  readonly hasIntent: boolean
  /** Digest of the input. */
  readonly digest: string
  readonly query: string
  readonly operationName: string | undefined
  /** Variables with their keys. */
  readonly variables: Variables
  /** Unix milliseconds. */
  readonly startedAt: number
}

export interface Outbox {
  /** Whether nothing is pending for any user. */
  isEmpty(): Promise<boolean>
  /** The oldest first. */
  of(owner: string): Promise<readonly Pending[]>
  put(pending: Pending): Promise<void>
  remove(pending: Pending): Promise<void>
  /** Calls after every change in this page. */
  listen(listener: () => void): () => void
}

const KIND = 'pending:'
/** Seven days: well within the 90 for which the bank repeats an outcome. */
const OLDEST = 7 * 86_400_000 // milliseconds

/**
 * @param store for mutations with an owner; those without one, and those that do not fit, stay in
 * memory
 */
export function createOutbox(store: Store): Outbox {
  const memory: Store = new Map()
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const all = async (): Promise<readonly Pending[]> => {
    const found = [...(await kept<Pending>(store, KIND)), ...(await kept<Pending>(memory, KIND))]
    const isOld = ({ startedAt }: Pending): boolean => startedAt < Date.now() - OLDEST
    for (const [key, pending] of found) if (isOld(pending)) await store.delete(key)
    return found.map(([, pending]) => pending).filter((pending) => !isOld(pending))
  }
  return {
    isEmpty: async () => (await all()).length === 0,
    of: async (owner) =>
      (await all()).filter((pending) => pending.owner === owner).sort((one, other) => one.startedAt - other.startedAt),
    async put(pending) {
      const entry = [KIND + pending.id, JSON.stringify(pending)] as const
      try {
        await (pending.owner === '' ? memory : store).set(...entry)
      } catch {
        await memory.set(...entry)
      }
      tell()
    },
    async remove({ id }) {
      await memory.delete(KIND + id)
      await store.delete(KIND + id)
      tell()
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
