/**
 * The open streams: bounds their number, and ends them when the token expires or the gateway stops.
 */
import { timerDelay } from '../../platform/data/timer-delay.ts'
import type { HttpRequest } from '../../platform/http/message/message.ts'
import { codedError } from '../../platform/protocol/errors.ts'
import { callerOf } from '../exchange/caller-key.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { type LimitName, type Limits, overLimit } from '../limits/limits.ts'
import type { Measuring } from '../limits/measuring.ts'
import { createShares, measureShares } from '../limits/shares.ts'

interface OpenStream {
  /** Aborted when the stream must end. Its reason is an error if the client should see one. */
  readonly ending: AbortSignal
  /** Call it when the client has gone or has been served. */
  close(): void
}

export interface Streams {
  /**
   * @throws BUDGET_EXHAUSTED if too many are open, SERVICE_UNAVAILABLE if the gateway is stopping
   */
  open(exchange: Exchange): OpenStream
  /** Ends all streams, and tells each client to reconnect. */
  end(): void
  readonly count: number
}

const RETRY_AFTER = 10 // seconds

export function createStreams(
  limits: Pick<Limits, 'streams' | 'streamsPerCaller' | 'streamsPerSocket'>,
  measuring?: Measuring,
): Streams {
  const open = new Set<AbortController>()
  const measured = measuring && measureStreams(measuring)
  const byCaller = createShares<string>(limits.streamsPerCaller)
  /** All operations of one WebSocket share its request. */
  const bySocket = createShares<HttpRequest>(limits.streamsPerSocket)
  let stopping = false
  return {
    open(exchange) {
      if (stopping) throw stopped()
      const { caller, request } = exchange
      const key = callerOf(exchange)
      if (open.size >= limits.streams) throw full('streams')
      if (!byCaller.take(key)) throw full('streamsPerCaller')
      if (!bySocket.take(request)) {
        byCaller.giveBack(key)
        throw full('streamsPerSocket')
      }
      const leave = measured?.(exchange)
      const controller = new AbortController()
      open.add(controller)
      const left = caller && timerDelay(caller.trustedUntil - Date.now())
      const expiry =
        left === undefined
          ? undefined
          : setTimeout(() => controller.abort(codedError('UNAUTHENTICATED', 'The token has expired.')), left)
      return {
        ending: controller.signal,
        close() {
          if (!open.delete(controller)) return
          clearTimeout(expiry)
          byCaller.giveBack(key)
          bySocket.giveBack(request)
          leave?.()
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

/** Counts streams for measured limits; the returned function is called when a stream ends. */
function measureStreams({ limits, report }: Measuring) {
  const byCaller = measureShares<string>(limits.streamsPerCaller, (caller) => report('streamsPerCaller', caller))
  const bySocket = measureShares<HttpRequest>(limits.streamsPerSocket, (request) =>
    report('streamsPerSocket', callerOf({ caller: undefined, apiClient: undefined, request })),
  )
  return (exchange: Exchange): (() => void) => {
    const caller = callerOf(exchange)
    const { request } = exchange
    byCaller.take(caller)
    bySocket.take(request)
    return () => {
      byCaller.giveBack(caller)
      bySocket.giveBack(request)
    }
  }
}

type StreamLimit = Extract<LimitName, 'streams' | 'streamsPerCaller' | 'streamsPerSocket'>

const MESSAGES: Readonly<Record<StreamLimit, string>> = {
  streams: 'Too many subscriptions are open at the gateway.',
  streamsPerCaller: 'This caller has too many subscriptions open.',
  streamsPerSocket: 'This connection has too many subscriptions open.',
}

function full(limit: StreamLimit): Error {
  const message = `${MESSAGES[limit]} Try again in ${RETRY_AFTER} s.`
  return overLimit(limit, message, 'BUDGET_EXHAUSTED', { retryAfter: RETRY_AFTER })
}

const stopped = () =>
  codedError('SERVICE_UNAVAILABLE', 'The gateway is restarting: reconnect.', { service: 'gateway', retryAfter: 0 })
