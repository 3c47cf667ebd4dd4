/**
 * What a person wants to be done once, however often they say so: a payment form that is open, say.
 * Its id is the beginning of the idempotency keys.
 */
import { randomId } from './digest.ts'
import { kept, type Store } from './store.ts'

/** Give it with a mutation, in the context of Apollo Client or urql. */
export interface Intent {
  readonly id: Promise<string>
  /** It is over: the form was left, or another payment begins. The next of its name is a new one. */
  done(): void
}

export interface Intents {
  /** @param name with one, the intent is the same after a reload, until it is done */
  open(name?: string): Intent
  /** The digest of what was carried out for it. */
  carriedOut(id: string): string | undefined
  noteCarriedOut(id: string, digest: string): Promise<void>
  clear(): Promise<void>
}

interface Known {
  readonly id: string
  readonly carriedOut?: string
}

const KIND = 'intent:'

export function createIntents(store: Store): Intents {
  /** Those of this page; a form that is drawn twice has one. */
  const opened = new Map<string, Intent>()
  /** By id, of those of this page: known at once, while the store may take its time. */
  const outcomes = new Map<string, string | undefined>()
  const all = () => kept<Known>(store, KIND)
  const keep = (key: string, known: Known): unknown => store.set(key, JSON.stringify(known))

  const idOf = async (key: string): Promise<string> => {
    const found = (await all()).find(([other]) => other === key)?.[1]
    const { id, carriedOut } = found ?? { id: randomId(), carriedOut: undefined }
    outcomes.set(id, carriedOut)
    if (!found) await keep(key, { id })
    return id
  }
  return {
    open(name = `:${randomId()}`) {
      const known = opened.get(name)
      if (known) return known
      const key = KIND + name
      const intent: Intent = {
        id: idOf(key),
        done() {
          if (opened.get(name) === intent) opened.delete(name)
          intent.id.then((id) => {
            outcomes.delete(id)
            return store.delete(key)
          })
        },
      }
      opened.set(name, intent)
      return intent
    },
    carriedOut: (id) => outcomes.get(id),
    async noteCarriedOut(id, digest) {
      if (outcomes.has(id)) outcomes.set(id, digest)
      for (const [key, known] of await all()) if (known.id === id) await keep(key, { ...known, carriedOut: digest })
    },
    async clear() {
      opened.clear()
      outcomes.clear()
      for (const [key] of await all()) await store.delete(key)
    },
  }
}
