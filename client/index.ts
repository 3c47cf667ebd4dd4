/** The library's core for every client: connections, and the outcomes of requests. */

export type { Answer } from './connection/answer.ts'
export {
  type Connection,
  type ConnectionOptions,
  createConnection,
} from './connection/connection.ts'
export { CarriedOutError, OutcomeUnknownError } from './connection/errors.ts'
export { StreamBrokenError } from './connection/follow.ts'
export type { Intent } from './connection/intents.ts'
export type { Pending } from './connection/outbox.ts'
export type { Store } from './connection/store.ts'
export type { GetToken, Token } from './connection/tokens.ts'
