/**
 * The connections to one instance, up to a maximum, and the requests that wait for one. Each
 * carries one request at a time, so that a slow answer delays no other.
 */
import { CallFailure } from '../call/failure.ts'
import { afterNextPoll } from './after-poll.ts'
import { type Connection, type ConnectionOptions, openConnection, type Receiver } from './connection.ts'
import { createDeadlineTimer } from './deadline-timer.ts'
import { decodeAnswer, isEncoded } from './decode.ts'
import type { HttpAnswer } from './http-answer.ts'
import { requestHead } from './request.ts'

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST'
  /** Path and query string. */
  readonly path: string
  /** Names and values, alternating. */
  readonly headers: readonly string[]
  readonly body: Buffer
  /** Deadline, in milliseconds of `performance.now()`. */
  readonly deadline: number
  /** Also one of its headers; an answer that names another call is rejected. */
  readonly callId?: string | undefined
  /**
   * Send the request again, on a new connection, if a kept connection ended without reading it.
   * Only for requests that may be received twice: whether it was read is never certain.
   */
  readonly mayRepeat?: boolean
}

export interface Sent {
  /** Rejects with a `CallFailure`. */
  readonly answer: Promise<HttpAnswer>
  /** Gives up; does nothing after the answer. */
  cancel(failure: CallFailure): void
}

export interface HttpPool {
  send(request: OutgoingRequest): Sent
  /** Fails all requests in flight and waiting. */
  failAll(failure: CallFailure): void
  /** Ends every connection at once. */
  destroy(): void
}

/** A request in flight, or waiting for a connection. */
interface PendingRequest extends Receiver {
  readonly head: string
  readonly body: Buffer
  connection: Connection | undefined
  /** Needs a new connection. */
  isRepeat: boolean
}

const SWEEP = 5_000 // milliseconds between two searches for connections that are no longer needed
const NO_REUSE = 3_600_000 // milliseconds for which no connection carries a second request, after one brought unsolicited data

/**
 * @param address scheme, host and port
 * @param size connections at most
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: closures of one pool
export function createHttpPool(
  address: string,
  size: number,
  { echoes = false, lends = false, at, most }: Partial<ConnectionOptions> = {},
): HttpPool {
  const origin = new URL(address)
  const open = new Set<Connection>()
  /** Last in, first out, so that surplus connections become idle. */
  const idle: Connection[] = []
  const waiting = new Set<PendingRequest>()

  const giveUp = (pending: PendingRequest, failure: CallFailure): void => {
    if (pending.connection) pending.connection.destroy(failure)
    else if (waiting.delete(pending)) pending.failed(failure, false)
  }
  // Requests in flight are found by their connections. A set of requests would change with each
  // one, and its old tables would keep one another, and everything in them, from being collected
  // early.
  const timer = createDeadlineTimer((now) => {
    let next = Number.POSITIVE_INFINITY
    const see = (deadline: number, end: (failure: CallFailure) => void): void => {
      if (deadline > now) next = Math.min(next, deadline)
      else end(new CallFailure('timeout', 'no answer in time'))
    }
    for (const pending of waiting) see(pending.deadline, (failure) => giveUp(pending, failure))
    for (const { receiver, destroy } of open) {
      const waits = receiver()
      if (waits) see(waits.deadline, destroy)
    }
    return next
  })

  const carry = (connection: Connection, pending: PendingRequest): void => {
    pending.connection = connection
    connection.send(pending.head, pending.body, pending)
  }

  /** Sends the request that waits for longest. @param connection a new one is opened if absent */
  const serveNext = (connection: Connection | undefined): void => {
    const [first] = waiting
    if (!first) return void (connection && idle.push(connection))
    if (!connection && open.size >= size) return
    if (connection && first.isRepeat) return void connection.destroy(unused()) // makes room for a new one
    waiting.delete(first)
    carry(connection ?? begin(), first)
  }
  const free = afterNextPoll<Connection>((connection) => serveNext(open.has(connection) ? connection : undefined))
  let noReuseUntil = 0 // milliseconds of `performance.now()`

  const events = {
    onFree(connection: Connection): void {
      if (noReuseUntil > 0 && performance.now() < noReuseUntil) connection.destroy(unused())
      else free(connection)
    },
    onClosed(connection: Connection): void {
      open.delete(connection)
      const index = idle.lastIndexOf(connection)
      if (index >= 0) idle.splice(index, 1)
      serveNext(undefined)
    },
    onUnsolicitedData(): void {
      noReuseUntil = performance.now() + NO_REUSE
      for (const connection of [...idle]) connection.destroy(unused())
    },
  }
  const begin = (): Connection => {
    const connection = openConnection(origin, { echoes, lends, at, most }, events)
    open.add(connection)
    return connection
  }
  const dropStale = (now: number): void => {
    for (const connection of idle.filter(({ usableUntil }) => usableUntil() <= now)) connection.destroy(unused())
  }
  const sweep = setInterval(() => dropStale(performance.now()), SWEEP).unref()

  const dispatch = (pending: PendingRequest): void => {
    const last = idle.at(-1)
    if (last && last.usableUntil() <= performance.now()) dropStale(performance.now())
    const connection = idle.pop()
    if (connection) carry(connection, pending)
    // Waiting for a resting connection would cost more than the few additional ones.
    else if (open.size < size) carry(begin(), pending)
    else waiting.add(pending)
  }

  const repeat = (pending: PendingRequest): void => {
    pending.isRepeat = true
    waiting.add(pending)
    serveNext(undefined)
  }

  return {
    send({ method, path, headers, body, deadline, callId, mayRepeat = false }) {
      const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
      const pending: PendingRequest = {
        deadline,
        callId,
        head: requestHead(method, path, origin.host, headers, body),
        body,
        connection: undefined,
        isRepeat: false,
        answered(answer) {
          pending.connection = undefined
          if (mayRepeat && answer.status === 408 && answer.mayHaveCrossed) return repeat(pending)
          resolve(isEncoded(answer.fields) ? decodeAnswer(answer, most) : answer)
        },
        failed(failure, isUnheard) {
          pending.connection = undefined
          if (isUnheard && mayRepeat) return repeat(pending)
          reject(new CallFailure(failure.kind, `${address}: ${failure.message}`, { cause: failure }))
        },
      }
      timer.by(deadline)
      dispatch(pending)
      return { answer: promise, cancel: (failure) => giveUp(pending, failure) }
    },
    failAll(failure) {
      for (const pending of waiting) giveUp(pending, failure)
      for (const connection of open) if (connection.receiver()) connection.destroy(failure)
    },
    destroy() {
      clearInterval(sweep)
      timer.close()
      for (const pending of waiting) giveUp(pending, unused())
      for (const connection of open) connection.destroy(unused())
    },
  }
}

const unused = (): CallFailure => new CallFailure('connection', 'the connection is not needed any more')
