/**
 * What a person wants to be done once, however often they say so: a payment form that is open, say.
 * Its id is the beginning of the idempotency keys.
 */
import { randomId } from './digest.ts'
import { kept, type Store, type Stores } from './store.ts'

/** Give it with a mutation, in the context of Apollo Client or urql. */
export interface Intent {
  readonly id: Promise<string>
  /**
   * It is over: the form was left, or another payment begins. The next of its name is a new one.
   */
  done(): void
}

export interface Intents {
  /** @param name with one, the intent is the same after a reload of this tab, until it is done */
  open(name?: string): Intent
  /** The digest of what was carried out for it, in whichever tab that became known. */
  carriedOut(id: string): Promise<string | undefined>
  noteCarriedOut(id: string, digest: string): Promise<void>
  clear(): Promise<void>
}

/** In this tab, by the intent's name: its id. */
const OPEN = 'intent:'
/** In all tabs, by the intent's id: what was carried out. */
const OUTCOME = 'carried-out:'

interface Outcome {
  readonly digest: string
  /** Unix milliseconds. */
  readonly at: number
}

/** Of tabs that were closed before their intents were done. */
const OLDEST = 7 * 86_400_000 // milliseconds

export function createIntents({ ofTab, ofAll }: Stores): Intents {
  /** Those of this page; a form that is drawn twice has one. */
  const opened = new Map<string, Intent>()
  /** Known at once, while a store may take its time. */
  const noted = new Map<string, string>()

  /** Resolves once the previous intent is deleted from the store. */
  let ending: Promise<unknown> = Promise.resolve()

  const idOf = async (key: string): Promise<string> => {
    await ending
    const found = await find<string>(ofTab, OPEN, key)
    if (found !== undefined) return found
    const id = randomId()
    try {
      await ofTab.set(key, JSON.stringify(id))
    } catch {
      // No room: it is known until the page is left.
    }
    return id
  }
  return {
    open(name = `:${randomId()}`) {
      const known = opened.get(name)
      if (known) return known
      const key = OPEN + name
      const intent: Intent = {
        id: idOf(key),
        done() {
          if (opened.get(name) === intent) opened.delete(name)
          ending = intent.id.then(async (id) => {
            noted.delete(id)
            await ofTab.delete(key)
            await ofAll.delete(OUTCOME + id)
          })
        },
      }
      opened.set(name, intent)
      return intent
    },
    carriedOut: async (id) => noted.get(id) ?? (await find<Outcome>(ofAll, OUTCOME, OUTCOME + id))?.digest,
    async noteCarriedOut(id, digest) {
      noted.set(id, digest)
      const outcome: Outcome = { digest, at: Date.now() }
      await ofAll.set(OUTCOME + id, JSON.stringify(outcome))
      for (const [key, { at }] of await kept<Outcome>(ofAll, OUTCOME))
        if (at < Date.now() - OLDEST) await ofAll.delete(key)
    },
    async clear() {
      opened.clear()
      noted.clear()
      await ending
      for (const [key] of await kept(ofTab, OPEN)) await ofTab.delete(key)
      for (const [key] of await kept(ofAll, OUTCOME)) await ofAll.delete(key)
    },
  }
}

const find = async <Value>(store: Store, kind: string, key: string): Promise<Value | undefined> =>
  (await kept<Value>(store, kind)).find(([other]) => other === key)?.[1]
