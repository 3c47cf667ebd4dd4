/**
 * The connections of one listener: requests in flight, idleness and number. Knows nothing of the
 * requests' content.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpError } from '../message/http-error.ts'

export interface Connection {
  /** Requests in flight. */
  requests: number
  /** Resumes reading; defined while reading is paused because too many requests are in flight. */
  release: (() => void) | undefined
  /** False until the first request. */
  wasUsed: boolean
  /**
   * Bytes read when the last request was answered: if the number is unchanged, no part of another
   * request has arrived.
   */
  settledAt: number
  /** The response to the latest request that Node has parsed; `undefined` once it is sent. */
  newest: ServerResponse | undefined
  /** In milliseconds of `performance.now()`. */
  readonly openedAt: number
  /** Over the limit: only health checks are answered on it. */
  readonly isSurplus: boolean
  /** The refusal of unreadable input behind requests in flight; sent once these are answered. */
  refusal: HttpError | undefined
}

export interface Connections extends ReadonlyMap<Socket, Connection> {
  /** Adds one, and closes idle ones if there are too many. */
  open(socket: Socket): Connection
  /** Closes connections that wait for their next request. */
  closeIdle(): void
}

/**
 * Pipelined requests of one connection that run at once, besides any that arrived in the same read.
 */
const AT_A_TIME = 16
const NEVER = -1 // bytes
const YOUNG = 1_000 // milliseconds that a new connection has to send its first byte
const SWEEP = 100 // milliseconds between two searches for idle connections

/** @param limit of open connections; idle ones are closed to admit new ones */
export function createConnections(limit: number): Connections {
  const all = new Map<Socket, Connection>()
  let sweptAt = Number.NEGATIVE_INFINITY

  /** Closes a tenth at once: a search takes as long however many it finds. */
  const makeRoom = (): void => {
    if (performance.now() - sweptAt < SWEEP) return
    sweptAt = performance.now()
    let left = Math.ceil(limit / 10)
    for (const [socket, connection] of all) {
      if (!isIdle(socket, connection) || (!connection.wasUsed && sweptAt - connection.openedAt < YOUNG)) continue
      all.delete(socket)
      socket.destroySoon()
      left -= 1
      if (left === 0) return
    }
  }
  return Object.assign(all, {
    open(socket: Socket): Connection {
      if (all.size >= limit) makeRoom()
      const connection: Connection = {
        requests: 0,
        release: undefined,
        wasUsed: false,
        settledAt: NEVER,
        newest: undefined,
        openedAt: performance.now(),
        isSurplus: all.size >= limit,
        refusal: undefined,
      }
      all.set(socket, connection)
      socket.once('close', () => all.delete(socket))
      return connection
    },
    closeIdle(): void {
      for (const [socket, connection] of all)
        if (connection.wasUsed && socket.writable && isIdle(socket, connection)) socket.destroySoon()
    },
  })
}

const isIdle = ({ bytesRead }: Socket, { wasUsed, requests, settledAt }: Connection): boolean =>
  requests === 0 && bytesRead === (wasUsed ? settledAt : 0)

export const isFull = ({ requests }: Connection): boolean => requests >= AT_A_TIME

export function requestStarted(connection: Connection): void {
  connection.requests += 1
  connection.wasUsed = true
}

export function requestEnded(socket: Socket, connection: Connection): void {
  connection.requests -= 1
  if (connection.release && !isFull(connection)) {
    connection.release()
    connection.release = undefined
  }
  connection.settledAt = socket.bytesRead
}

/**
 * Otherwise Node reads on: thousands of requests of one client would pile up, and all others would
 * wait.
 */
export function holdIfFull(socket: Socket, connection: Connection): void {
  if (isFull(connection)) connection.release ??= hold(socket)
}

/** Part of an uncounted request has arrived. */
export const expectMore = (connection: Connection): void => {
  connection.settledAt = NEVER
}

/** Pauses reading until the returned function is called. */
export function hold(socket: Socket): () => void {
  const stay = (): void => void socket.pause()
  // Reading a request's body resumes the socket.
  socket.on('resume', stay)
  stay()
  return () => {
    socket.off('resume', stay)
    socket.resume()
  }
}
