/** Shared by everything that is sent over a connection. */
import type { Intents } from './intents.ts'
import type { Outbox } from './outbox.ts'
import type { Tokens } from './tokens.ts'

export interface Core {
  readonly url: string
  /** Names the client, for every request. */
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: typeof fetch
  readonly tokens: Tokens
  readonly outbox: Outbox
  readonly intents: Intents
  /** Milliseconds for which an operation is tried. */
  readonly patience: number
  /**
   * The current user, as far as known; offline, the last one. `''` for nobody, and for a token that
   * does not say.
   */
  owner(): Promise<string>
  /** Retries pending mutations in the background. */
  resume(): void
}
