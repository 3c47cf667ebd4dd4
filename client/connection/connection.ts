/**
 * A user's connection to a gateway, which the link of Apollo Client and the exchange of urql use.
 */
import type { Core } from './core.ts'
import { createIntents, type Intent } from './intents.ts'
import { createOutbox, type Pending } from './outbox.ts'
import { createResume, type OnSettled } from './resume.ts'
import { defaultStores, type Store, storesIn } from './store.ts'
import { createTokens, type GetToken, subjectOf } from './tokens.ts'
import { addOnline, removeOnline } from './wait.ts'

export interface ConnectionOptions {
  /** URL of GraphQL at the gateway: `https://bank.example/graphql`. */
  readonly url: string
  /**
   * Returns a token, or `undefined` if nobody is signed in. Called when one is needed, 30 s before
   * the last one ends, and once after the gateway refused one, which is then its argument.
   */
  readonly token?: GetToken
  /** Identifies the client to the gateway's operators. */
  readonly client?: { readonly name: string; readonly version?: string }
  /**
   * Keeps pending mutations and open intents; by default `localStorage`, and for the intents of a
   * tab `sessionStorage`; in Node memory.
   */
  readonly store?: Store
  /**
   * The owner of a token; by default its `sub`, if it is a JWT. Pending mutations are sent only for
   * their owner.
   */
  readonly owner?: (token: string) => string
  /**
   * Milliseconds after which a query fails, and a mutation's outcome counts as unknown; 30,000 by
   * default.
   */
  readonly patience?: number
  /**
   * Called with the outcome of a mutation that nobody waits for any more: after a reload, or after
   * `OutcomeUnknownError`.
   */
  readonly onSettled?: OnSettled
  readonly fetch?: typeof fetch
}

export interface Connection {
  /** The core, for link and exchange. */
  readonly core: Core
  /** The caller's token, renewed if necessary, for requests outside link and exchange. */
  token(): Promise<string | undefined>
  /** An intent, which is carried out once. @param name keeps it over reloads, until it is done */
  intent(name?: string): Intent
  /**
   * The caller's mutations whose outcome is not known yet, those in flight included; the oldest
   * first.
   */
  pending(): Promise<readonly Pending[]>
  /**
   * Calls the listener whenever `pending()` may have changed; returns the function to unsubscribe.
   */
  onPending(listener: () => void): () => void
  /**
   * Retries pending mutations now. A connection does so when it opens, and when the browser is
   * online again.
   */
  resume(): Promise<void>
  /** Deletes the user's token, intents and pending mutations. */
  signOut(): Promise<void>
  /** Stops all background work of the connection. */
  close(): void
}

const PATIENCE = 30_000 // milliseconds

export function createConnection(options: ConnectionOptions): Connection {
  const { store, owner = subjectOf, onSettled } = options
  const stores = store ? storesIn(store) : defaultStores()
  const core: Core = {
    url: options.url,
    headers: clientHeaders(options.client),
    fetch: options.fetch ?? ((...request) => fetch(...request)),
    // A user who signs in may have pending mutations from before.
    tokens: createTokens(options.token ?? (() => undefined), () => resume()),
    outbox: createOutbox(stores.ofAll),
    intents: createIntents(stores),
    patience: options.patience ?? PATIENCE,
    async owner() {
      const token = await core.tokens.current().catch(() => core.tokens.last())
      return token === undefined ? '' : (owner(token) ?? '')
    },
    resume: () => void resume(),
  }
  const pending = async (): Promise<readonly Pending[]> => core.outbox.of(await core.owner())
  const abort = new AbortController()
  const resume = createResume(core, abort.signal, onSettled)
  addOnline(resume)
  resume()
  return {
    core,
    token: () => core.tokens.current(),
    intent: (name) => core.intents.open(name),
    pending,
    onPending: (listener) => core.outbox.listen(listener),
    resume,
    async signOut() {
      for (const mutation of await pending()) await core.outbox.remove(mutation)
      await core.intents.clear()
      core.tokens.forget()
    },
    close() {
      removeOnline(resume)
      abort.abort()
    },
  }
}

function clientHeaders(client: ConnectionOptions['client']): Readonly<Record<string, string>> {
  if (!client) return {}
  const { name, version } = client
  return { 'apollographql-client-name': name, ...(version && { 'apollographql-client-version': version }) }
}
