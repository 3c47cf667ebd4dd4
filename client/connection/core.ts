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
  /** Nobody waits: tries are rare, and a process of Node need not live on for them. */
  readonly isIdle: boolean
  /** Whose a token is; `''` for nobody, and where it does not say. */
  ownerOf(token: string | undefined): string
  /** Asks for what is pending, in the background. */
  resume(): void
}
