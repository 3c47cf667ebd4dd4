/**
 * Intents: actions that happen once however often the user submits them, such as an open payment
 * form. An intent's id is the prefix of its idempotency keys.
 */
import { randomId } from './digest.ts'
import { kept, type Store, type Stores } from './store.ts'

/** Give it with a mutation, in the context of Apollo Client or urql. */
export interface Intent {
  readonly id: Promise<string>
  /**
   * Ends the intent: the form was left, or another payment begins. The next one with its name is
   * new.
   */
  done(): void
}

export interface Intents {
  /** @param name with one, the intent is the same after a reload of this tab, until it is done */
  open(name?: string): Intent
  /** The digest of the input that was carried out for it, as known in any tab. */
  carriedOut(id: string): Promise<string | undefined>
  noteCarriedOut(id: string, digest: string): Promise<void>
  clear(): Promise<void>
}

/** Prefix of an intent's id in this tab, by its name. */
const OPEN = 'intent:'
/** Prefix of what was carried out, in all tabs, by the intent's id. */
const OUTCOME = 'carried-out:'

interface Outcome {
  readonly digest: string
  /** Unix milliseconds. */
  readonly at: number
}

/** Maximum age of intents whose tabs were closed before they were done. */
const OLDEST = 7 * 86_400_000 // milliseconds

export function createIntents({ ofTab, ofAll }: Stores): Intents {
  /** Intents of this page; a form that is rendered twice has one. */
  const opened = new Map<string, Intent>()
  /** Available at once, while a store may be slow. */
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
      // Storage is full: the intent lasts until the page is left.
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
