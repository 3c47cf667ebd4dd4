/** The streams that are open: how many there may be, and what ends each: the client, its token, or the gateway. */
import { codedError } from '../protocol/errors.ts'
import type { Exchange } from '../request/exchange.ts'

export interface OpenStream {
  /** Aborted when the stream is to end; its reason is an error the client should see, or nothing it needs to know. */
  readonly ending: AbortSignal
  /** Must be called when the client is gone or has been served. */
  close(): void
}

export interface Streams {
  /** @throws SERVICE_UNAVAILABLE where too many are open, or the gateway is stopping */
  open(exchange: Exchange): OpenStream
  /** Ends all, telling each client to resume elsewhere. */
  end(): void
  readonly count: number
}

const MOST = 10_000
const LONGEST_TIMER = 2 ** 31 - 1 // milliseconds

export function createStreams(): Streams {
  const open = new Set<AbortController>()
  let stopping = false
  return {
    open({ caller }) {
      if (stopping) throw stopped()
      if (open.size >= MOST)
        throw codedError('SERVICE_UNAVAILABLE', 'Too many subscriptions are open.', { service: 'gateway' })
      const controller = new AbortController()
      open.add(controller)
      const left = caller && Math.min(caller.expiresAt - Date.now(), LONGEST_TIMER)
      const expiry =
        left === undefined
          ? undefined
          : setTimeout(
              () => controller.abort(codedError('UNAUTHENTICATED', 'The token has expired.')),
              Math.max(0, left),
            )
      return {
        ending: controller.signal,
        close() {
          clearTimeout(expiry)
          open.delete(controller)
          controller.abort()
        },
      }
    },
    end() {
      stopping = true
      for (const controller of open) controller.abort(stopped())
    },
    get count() {
      return open.size
    },
  }
}

const stopped = () =>
  codedError('SERVICE_UNAVAILABLE', 'The gateway is stopping: resume elsewhere.', { service: 'gateway', retryAfter: 0 })
