/** How a stream of answers is written by HTTP. A format is a file; `send-events.ts` writes it. */
import type { Outcome } from '../exchange/outcome.ts'

export interface EventFormat {
  readonly contentType: string
  /** Sent at once: the client sees that the stream is open. */
  readonly opening: string
  /** Sent every so often: proxies close idle connections. */
  readonly heartbeat: string
  /** Milliseconds from one heartbeat to the next. */
  readonly beat: number
  /** An answer, or the refusal of an operation that never began. */
  next(outcome: Outcome): string
  /** The failure that ends a stream early. */
  failure(outcome: Outcome): string
  /** Sent last. Without it the client sees that the stream broke. */
  readonly end: string
}
