/** What all that is sent over a connection shares. */
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
  /** Milliseconds after which whoever waits for an answer is told that there is none. */
  readonly patience: number
  /**
   * Who asks, as far as is known: offline, whoever asked last. `''` for nobody, and where a token
   * does not say.
   */
  owner(): Promise<string>
  /** Asks for what is pending, in the background. */
  resume(): void
}
