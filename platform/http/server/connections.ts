/**
 * The connections of one listener: what each still owes, which are idle, and how many there may be.
 * Knows nothing of what is asked.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpError } from '../message/http-error.ts'

export interface Connection {
  /** Those it is waiting for answers to. */
  requests: number
  /** Reads on; defined while it is not read on, since it waits for too many answers already. */
  release: (() => void) | undefined
  /** False for one that carried no request yet. */
  wasUsed: boolean
  /**
   * How many bytes had come when nothing was owed any more: where it is still as many, no part of a
   * next request has come.
   */
  settledAt: number
  /** To the last request that Node has read on it; undefined once that answer is out. */
  newest: ServerResponse | undefined
  /** In milliseconds of `performance.now()`. */
  readonly openedAt: number
  /** One over the limit: only health is answered on it. */
  readonly isSurplus: boolean
  /** What could not be read behind the requests that are owed an answer; told once they have it. */
  refusal: HttpError | undefined
}

export interface Connections extends ReadonlyMap<Socket, Connection> {
  /** Adds one, and closes idle ones where there are too many. */
  open(socket: Socket): Connection
  /** Closes those that wait for a next request. */
  closeIdle(): void
}

/**
 * Requests of one connection that are answered at a time, besides those that came in one piece with
 * them.
 */
const AT_A_TIME = 16
const NEVER = -1 // bytes
const YOUNG = 1_000 // milliseconds that a connection is given to send its first byte
const SWEEP = 100 // milliseconds between two looks for idle connections to close

/** @param limit of connections; idle ones make room for new ones */
export function createConnections(limit: number): Connections {
  const all = new Map<Socket, Connection>()
  let sweptAt = Number.NEGATIVE_INFINITY

  /** A tenth at once: looking for them takes as long however many are found. */
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

export function owe(connection: Connection): void {
  connection.requests += 1
  connection.wasUsed = true
}

export function settle(socket: Socket, connection: Connection): void {
  connection.requests -= 1
  if (connection.release && !isFull(connection)) {
    connection.release()
    connection.release = undefined
  }
  connection.settledAt = socket.bytesRead
}

/**
 * Node would read on until answers pile up: thousands of requests of one client, which all others
 * had to wait for.
 */
export function holdIfFull(socket: Socket, connection: Connection): void {
  if (isFull(connection)) connection.release ??= hold(socket)
}

/** Part of a request has come that is not counted yet. */
export const expectMore = (connection: Connection): void => {
  connection.settledAt = NEVER
}

/** Reads no further on a connection, until what it returns is called. */
export function hold(socket: Socket): () => void {
  const stay = (): void => void socket.pause()
  // Whoever reads the body of a request has Node read on.
  socket.on('resume', stay)
  stay()
  return () => {
    socket.off('resume', stay)
    socket.resume()
  }
}
