/**
 * One WebSocket to an instance, which carries streams of `graphql-transport-ws`. Never reconnects:
 * when the socket ends, so do its streams.
 */
import type { WebSocket } from 'ws'
import { pairsOf } from '../../../platform/http/message/fields.ts'
import type { Kept } from '../../../platform/websocket/keep-alive.ts'
import { readBody } from '../call/answer.ts'
import { CallFailure } from '../call/failure.ts'
import { createInbox, type Inbox, type Stream } from '../call/inbox.ts'
import { lookupAt } from '../client/lookup-at.ts'
import { closedBy, type FailureOf, notOpened } from './closed.ts'
import { readMessage } from './message.ts'

/** Address and credentials of a WebSocket. */
export interface Upgrade {
  /** Scheme, host and port, by HTTP. */
  readonly origin: string
  /** The host to connect to, if the name of `origin` has several. */
  readonly at: string | undefined
  readonly path: string
  /** Its address, without secrets, for the log. */
  readonly url: string
  /** Names and values, alternating. */
  readonly headers: readonly string[]
  /** The credentials that it carries are a caller's, or would be. */
  readonly judgesCaller: boolean
}

export interface ServiceSocket {
  /** False once it has ended, has the maximum of streams, or waits for a slow reader. */
  takesMore(): boolean
  /** Ends when `signal` is aborted. */
  subscribe(body: Buffer, signal: AbortSignal): Stream
}

const SUBPROTOCOL = 'graphql-transport-ws'
const MAX_MESSAGE = 4 * 1024 * 1024 // bytes
const MAX_STREAMS = 100 // of one socket
/** Bytes that may wait for the service to read them. */
const MAX_UNREAD = 16 * 1024 * 1024

export interface SocketOptions {
  readonly keepAlive: (kept: Kept) => void
  readonly onEnd: () => void
  /** Milliseconds after which a slow reader's stream is ended, because it delays the others. */
  readonly slowReaderTimeout?: number
  /** Milliseconds until it is open. */
  readonly handshake?: number
  /** Milliseconds from then until the service acknowledges it. */
  readonly acknowledgement?: number
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: closures of one socket
export function openServiceSocket(
  upgrade: Upgrade,
  { keepAlive, onEnd, slowReaderTimeout = 2_000, handshake = 5_000, acknowledgement = 10_000 }: SocketOptions,
): ServiceSocket {
  const { url, judgesCaller } = upgrade
  const streams = new Map<string, Inbox>()
  /** Subscriptions that wait for the acknowledgement. */
  let waiting: { readonly id: string; readonly body: Buffer }[] | undefined = []
  let socket: WebSocket | undefined
  let count = 0
  let hasEnded = false
  let untilLeft: NodeJS.Timeout | undefined
  let untilAcknowledged: NodeJS.Timeout | undefined

  const end = (failureOf: FailureOf, code?: number): void => {
    if (hasEnded) return
    hasEnded = true
    clearTimeout(untilLeft)
    clearTimeout(untilAcknowledged)
    for (const inbox of streams.values()) inbox.end(failureOf())
    streams.clear()
    // A paused socket would not notice that the other side closes it.
    if (code === undefined || isHeld()) socket?.terminate()
    else socket?.close(code)
    onEnd()
  }
  const broke = (reason: string, cause?: unknown) => (): CallFailure =>
    new CallFailure('connection', `${url}: ${reason}`, { cause })
  const isNone = (reason: string) => (): CallFailure => new CallFailure('answer', `${url}: ${reason}`)

  const send = (text: string): void => {
    if (socket?.readyState !== OPEN) return
    socket.send(text)
    requireReader(socket)
  }
  /** Ends a socket whose service never reads: unsent bytes would fill the memory. */
  const requireReader = ({ bufferedAmount }: WebSocket): void => {
    if (bufferedAmount > MAX_UNREAD) end(isNone('does not read what it is sent'))
  }
  const begin = ({ id, body }: { readonly id: string; readonly body: Buffer }): void => {
    // A stream that was left in the meantime is not started.
    const inbox = streams.get(id)
    if (!inbox) return
    inbox.answered()
    send(`{"id":"${id}","type":"subscribe","payload":${body.toString()}}`)
  }
  const leave = (id: string): void => {
    if (!streams.delete(id)) return
    if (streams.size === 0) end(broke('is not needed any more'), NORMAL)
    else {
      if (!waiting) send(`{"id":"${id}","type":"complete"}`)
      proceed()
    }
  }
  const isHeld = (): boolean => socket?.isPaused === true
  /** Reads on unless a reader is behind. */
  const proceed = (): void => {
    if (!isHeld() || [...streams.values()].some((inbox) => inbox.isFull())) return
    clearTimeout(untilLeft)
    socket?.resume()
  }
  const hold = (): void => {
    if (isHeld()) return
    socket?.pause()
    untilLeft = setTimeout(() => {
      if (streams.size === 1) return // no other stream waits for it
      for (const [id, inbox] of streams) {
        if (!inbox.isFull()) continue
        inbox.end(broke('its events came faster than they were read, beside others')())
        leave(id)
      }
    }, slowReaderTimeout).unref()
  }

  const take = (id: string, inbox: Inbox, payload: string): void => {
    try {
      inbox.push(readBody(Buffer.from(payload), OK).answer)
    } catch (error) {
      inbox.end(error instanceof CallFailure ? error : isNone('sent no GraphQL answer')())
      leave(id)
    }
    if (inbox.isFull()) hold()
  }
  const receive = (text: string): void => {
    const { type, id = '', payload } = readMessage(text) ?? NO_MESSAGE
    const inbox = streams.get(id)
    if (type === 'connection_ack' && waiting) {
      clearTimeout(untilAcknowledged)
      const all = waiting
      waiting = undefined
      for (const one of all) begin(one)
    } else if (type === 'ping') send(payload === undefined ? PONG : `{"type":"pong","payload":${payload}}`)
    else if (type === 'next' && payload !== undefined) inbox && take(id, inbox, payload)
    else if (type === 'error' && payload !== undefined) {
      if (inbox) take(id, inbox, `{"errors":${payload}}`)
      settle(id, inbox)
    } else if (type === 'complete') settle(id, inbox)
    else if (type !== 'pong') end(isNone(`sent a message "${type}" out of turn`), BAD_REQUEST)
  }
  /** Ends a stream that the service has completed: no `complete` is sent back. */
  const settle = (id: string, inbox: Inbox | undefined): void => {
    inbox?.end()
    streams.delete(id)
    if (inbox && streams.size === 0) end(broke('is not needed any more'), NORMAL)
  }

  const connect = async (): Promise<void> => {
    const { WebSocket } = await import('ws')
    if (hasEnded) return
    const opening = new WebSocket(addressOf(upgrade), SUBPROTOCOL, {
      headers: Object.fromEntries(pairsOf(upgrade.headers)),
      handshakeTimeout: handshake,
      maxPayload: MAX_MESSAGE,
      perMessageDeflate: false,
      ...(upgrade.at !== undefined && { lookup: lookupAt(upgrade.at) }),
    })
    socket = opening
    opening.on('upgrade', ({ socket: connection }) => keepAlive({ socket: opening, connection, isBusy: isHeld }))
    opening.on('open', () => {
      untilAcknowledged = setTimeout(
        () => end(() => new CallFailure('timeout', `${url} did not acknowledge the connection`), ACK_CODE),
        acknowledgement,
      ).unref()
      const authorization = new Map(pairsOf(upgrade.headers)).get('authorization')
      send(
        JSON.stringify({ type: 'connection_init', ...(authorization !== undefined && { payload: { authorization } }) }),
      )
    })
    opening.on('ping', () => requireReader(opening)) // the library has answered
    opening.on('message', (data, isBinary) => {
      if (isBinary) end(isNone('sent a binary message'), BAD_REQUEST)
      else if (!hasEnded) receive(String(data))
    })
    opening.on('unexpected-response', (request, { statusCode = 0 }) => {
      end(notOpened(url, statusCode, judgesCaller))
      request.destroy()
    })
    opening.on('error', (error: Error & { code?: string }) => end(failureOf(error)))
    opening.on('close', (code, reason) => end(closedBy(url, code, reason.toString(), judgesCaller)))
  }
  const failureOf = (error: Error & { code?: string }): FailureOf => {
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
      return () => new CallFailure('size', `${url}: ${error.message}`)
    // The library's errors of frames and of the handshake have its own codes, or none.
    const isOfSystem = error.code !== undefined && !error.code.startsWith('WS_ERR')
    return isOfSystem || /timed out/.test(error.message) ? broke(error.message, error) : isNone(error.message)
  }
  connect().catch((error: unknown) => end(broke('could not be connected to', error)))

  return {
    takesMore: () => !hasEnded && streams.size < MAX_STREAMS && !isHeld(),
    subscribe(body, signal) {
      count += 1
      const id = String(count)
      const inbox = createInbox()
      streams.set(id, inbox)
      if (waiting) waiting.push({ id, body })
      else begin({ id, body })
      const abort = (): void => inbox.end(new CallFailure('cancelled', 'given up by the caller'))
      signal.addEventListener('abort', abort, { once: true })
      if (signal.aborted) abort()
      return {
        next() {
          const next = inbox.next()
          proceed()
          return next
        },
        hasAnswered: inbox.hasAnswered,
        close() {
          signal.removeEventListener('abort', abort)
          leave(id)
        },
      }
    },
  }
}

const NO_MESSAGE = { type: 'none', id: undefined, payload: undefined }
const OK = 200
const OPEN = 1 // `readyState`
const PONG = '{"type":"pong"}'
const NORMAL = 1000
const BAD_REQUEST = 4400
const ACK_CODE = 4504

function addressOf({ origin, path }: Upgrade): string {
  return `${origin.replace(/^http/, 'ws')}${path}`
}
