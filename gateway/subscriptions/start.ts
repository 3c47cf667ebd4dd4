/** Starts the stream of an operation that has passed the policies, for SSE and WebSocket alike. */
import type { KnownOperation } from '../document/documents.ts'
import type { SchemaEdition } from '../edition/edition.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { withoutHint } from '../exchange/hints.ts'
import type { Events } from '../exchange/outcome.ts'
import type { Streams } from './streams.ts'
import type { Subscribe } from './subscribe.ts'

/**
 * Rejects if the operation cannot start.
 * @param onEnd called once when the stream ends, however it ends; not if this rejects
 */
export type StartEvents = (
  exchange: Exchange,
  edition: SchemaEdition,
  operation: KnownOperation,
  onEnd: () => void,
) => Promise<Events>

export function createStart(streams: Streams, subscribe: Subscribe): StartEvents {
  return async (exchange, edition, operation, onEnd) => {
    const { ending, close } = streams.open(exchange)
    try {
      const events = await subscribe(edition, exchange, operation, ending)
      return withEnd(events, () => {
        close()
        onEnd()
      })
    } catch (error) {
      close()
      throw edition.hideSchema ? withoutHint(error) : error
    }
  }
}

/** A client may leave before the first event; a generator's own `finally` would not run then. */
function withEnd(events: Events, end: () => void): Events {
  let ended = false
  const endOnce = (): void => {
    if (!ended) end()
    ended = true
  }
  const settle = async (step: ReturnType<Events['next']>): ReturnType<Events['next']> => {
    try {
      const result = await step
      if (result.done) endOnce()
      return result
    } catch (error) {
      endOnce()
      throw error
    }
  }
  return {
    next: () => settle(events.next()),
    return: () => {
      // `endOnce` aborts what the generator awaits; otherwise its `return` would wait for the next
      // event.
      endOnce()
      return settle(events.return())
    },
    throw: (error: unknown) => settle(events.throw(error)),
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await this.return()
    },
  }
}
