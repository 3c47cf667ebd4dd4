/**
 * The open streams: bounds their number, and ends them when the token expires or the gateway stops.
 */
import { timerDelay } from '../../platform/data/timer-delay.ts'
import type { HttpRequest } from '../../platform/http/message/message.ts'
import type { Caller } from '../../platform/protocol/caller.ts'
import { codedError } from '../../platform/protocol/errors.ts'
import { callerOf } from '../exchange/caller-key.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { type LimitName, type Limits, overLimit } from '../limits/limits.ts'
import type { Measuring } from '../limits/measuring.ts'
import { createShares } from '../limits/shares.ts'

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

/** Open streams of successive configurations together: a new one gives nobody a new allowance. */
export interface StreamCounts {
  all: number
  readonly byCaller: Map<string, number>
  /** All operations of one WebSocket share its request. */
  readonly bySocket: Map<HttpRequest, number>
}

export const createStreamCounts = (): StreamCounts => ({ all: 0, byCaller: new Map(), bySocket: new Map() })

const RETRY_AFTER = 10 // seconds

export function createStreams(
  limits: Pick<Limits, 'streams' | 'streamsPerCaller' | 'streamsPerSocket'>,
  measuring?: Measuring,
  counts = createStreamCounts(),
): Streams {
  const open = new Set<AbortController>()
  const byCaller = createShares(limits.streamsPerCaller, counts.byCaller)
  const bySocket = createShares(limits.streamsPerSocket, counts.bySocket)
  const measure = (caller: string, request: HttpRequest): void => {
    if (!measuring) return
    const { streamsPerCaller, streamsPerSocket } = measuring.limits
    if ((counts.byCaller.get(caller) ?? 0) > streamsPerCaller) measuring.report('streamsPerCaller', caller)
    if ((counts.bySocket.get(request) ?? 0) > streamsPerSocket)
      measuring.report('streamsPerSocket', callerOf({ caller: undefined, apiClient: undefined, request }))
  }
  let stopping = false
  return {
    open(exchange) {
      if (stopping) throw stopped()
      const { caller, request } = exchange
      const key = callerOf(exchange)
      if (counts.all >= limits.streams) throw full('streams')
      if (!byCaller.take(key)) throw full('streamsPerCaller')
      if (!bySocket.take(request)) {
        byCaller.giveBack(key)
        throw full('streamsPerSocket')
      }
      counts.all += 1
      measure(key, request)
      const controller = new AbortController()
      open.add(controller)
      const forgetExpiry = caller && onExpiry(caller, (error) => controller.abort(error))
      return {
        ending: controller.signal,
        close() {
          if (!open.delete(controller)) return
          forgetExpiry?.()
          byCaller.giveBack(key)
          bySocket.giveBack(request)
          counts.all -= 1
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

/** Calls `end` once the caller's token has expired, which may be later than timers reach. */
function onExpiry({ trustedUntil }: Caller, end: (error: Error) => void): () => void {
  const left = (): number => trustedUntil - Date.now()
  let timer: NodeJS.Timeout
  const wait = (): void => {
    timer = setTimeout(() => {
      if (left() > 0) wait()
      else end(codedError('UNAUTHENTICATED', 'The token has expired.'))
    }, timerDelay(left()))
  }
  wait()
  return () => clearTimeout(timer)
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
