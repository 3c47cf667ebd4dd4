/**
 * Mutations whose outcome is not known yet, kept from before they are sent until they are answered:
 * after a reload they are asked for again, by the same key.
 */
import type { Variables } from './keys.ts'
import { kept, type Store } from './store.ts'

export interface Pending {
  readonly id: string
  /** Who asked; nobody else's token is sent with it. */
  readonly owner: string
  /** Its id; one of its own where the mutation was given none. */
  readonly intent: string
  /** Whether it was given one. */
  readonly hasIntent: boolean
  /** Of what was asked for. */
  readonly digest: string
  readonly query: string
  readonly operationName: string | undefined
  /** With their keys. */
  readonly variables: Variables
  /** Unix milliseconds. */
  readonly startedAt: number
}

export interface Outbox {
  /** Whether nobody has anything pending. */
  isEmpty(): Promise<boolean>
  /** The oldest first. */
  of(owner: string): Promise<readonly Pending[]>
  put(pending: Pending): Promise<void>
  remove(pending: Pending): Promise<void>
  /** Tells of every change in this page. */
  listen(listener: () => void): () => void
}

const KIND = 'pending:'
/** Seven days: well within the 90 for which the bank tells an outcome again. */
const OLDEST = 7 * 86_400_000 // milliseconds

/**
 * @param store keeps what has an owner; mutations without one, and those that do not fit, are kept
 * in memory
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
