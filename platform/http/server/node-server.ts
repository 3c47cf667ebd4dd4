/**
 * Node's HTTP server with what it leaves open: how many may connect, how long a request may take to
 * come, what is answered to what cannot be read. Every answer of its own is JSON.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { HttpError, sendHttpError } from '../message/http-error.ts'
import { createServer } from '../message/node-http.ts'
import { pathOf, toOriginForm } from '../message/target.ts'
import { refusalOf, refusalOfHead, refuse } from '../message/unreadable.ts'
import { type Connection, type Connections, holdIfFull, isFull, owe } from './connections.ts'
import { readAtWill, readInTurns } from './read-turns.ts'

/** What clients may take of a listener. `Infinity` bounds nothing. */
export interface Bounds {
  /**
   * Open at a time. Idle ones make room; on one more only health is answered, and a few more are
   * closed at once.
   */
  readonly connections: number
  /** For the head of a request, from its first byte to its last. */
  readonly headSeconds: number
  /** For a whole request, from its first byte to its last. */
  readonly bodySeconds: number
  /**
   * Told by which of the above a client was refused. @param address IP address at the other end of
   * the connection
   */
  refused(bound: 'connections' | 'headSeconds' | 'bodySeconds', address: string | undefined): void
}

export const unbounded: Bounds = {
  connections: Number.POSITIVE_INFINITY,
  headSeconds: 10,
  bodySeconds: 30,
  refused: () => undefined,
}

export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void

/** What the server needs to know of the listener that it is part of. */
interface Host {
  readonly connections: Connections
  isDraining(): boolean
  /** A request has come that is not about health. */
  onRequest(): void
  /** A request needs nothing more. */
  onSettled(socket: Socket, connection: Connection): void
}

/**
 * Milliseconds that a connection may be idle. Longer than load balancers wait, so that none sends
 * its next request into a closing door.
 */
export const KEEP_ALIVE = 65_000
/** Milliseconds to answer a client that sends no more: most of those have left. */
export const HALF_CLOSED = 5_000
const SURPLUS = 64 // connections over the limit, for health checks and to say why there is nothing else
const OVERDUE = 1_000 // milliseconds between two looks for requests that take too long to come

export function createNodeServer(handle: Handle, bounds: Bounds, host: Host): Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // Before the host of the target becomes the header's.
    const refusal = refusalOfHead(request)
    toOriginForm(request)
    const isHealth = pathOf(request).startsWith('/health/')
    // Whoever only asks how we are is no traffic that could be lost.
    if (!isHealth) host.onRequest()
    const connection = host.connections.get(request.socket)
    if (connection) count(request, response, connection, host)
    if (connection?.isSurplus) announceEnd(response)
    if (connection?.isSurplus && !isHealth) {
      bounds.refused('connections', request.socket.remoteAddress)
      sendHttpError(response, TOO_MANY)
      return
    }
    if (refusal) {
      announceEnd(response)
      sendHttpError(response, refusal)
      return
    }
    Promise.resolve(handle(request, response)).catch(() => {
      if (!response.headersSent) sendHttpError(response, INTERNAL)
      else response.destroy()
    })
  }
  const server: Server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE,
      noDelay: true,
      headersTimeout: millisecondsOf(Math.min(bounds.headSeconds, bounds.bodySeconds)),
      requestTimeout: millisecondsOf(bounds.bodySeconds),
      connectionsCheckingInterval: OVERDUE,
      requireHostHeader: false, // Node would refuse without a body
      // Whoever asks for a protocol that we do not speak is answered in this one (RFC 9110, section
      // 7.8).
      shouldUpgradeCallback(request) {
        if (refusalOfHead(request)) return false
        toOriginForm(request)
        const isUpgraded = asksForWebSocket(request) && server.listenerCount('upgrade') > 0
        if (isUpgraded) readAtWill(request.socket)
        return isUpgraded
      },
    },
    answer,
  )
  server.maxConnections = bounds.connections + SURPLUS
  server.on('drop', (dropped) => bounds.refused('connections', dropped?.remoteAddress))
  // A client that has sent its last request may still read (RFC 9112, section 9.6). Not documented,
  // but tested.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('connection', (socket: Socket) => {
    readInTurns(socket)
    socket.once('end', () => {
      const connection = host.connections.get(socket)
      if (connection?.requests) awaitAnswer(socket, connection)
    })
  })
  server.on('checkExpectation', (_request, response: ServerResponse) => sendHttpError(response, NO_EXPECTATION))
  server.on('connect', (_request, socket: Socket) => refuse(socket, NO_TUNNEL))
  server.on('clientError', (error, socket) => refuseUnreadable(error, socket as Socket, bounds, host.connections))
  return server
}

function count(request: IncomingMessage, response: ServerResponse, connection: Connection, host: Host): void {
  owe(connection)
  // Once all is taken that came with it.
  if (isFull(connection)) process.nextTick(holdIfFull, request.socket, connection)
  if (host.isDraining()) {
    // Where the client did not wait for it, the answer before is not the last; nor is this one
    // where more may have come unread.
    if (connection.newest?.headersSent === false) connection.newest.removeHeader('connection')
    if (!isFull(connection)) announceEnd(response)
  }
  connection.newest = response
  response.on('close', () => {
    if (connection.newest === response) connection.newest = undefined
    host.onSettled(request.socket, connection)
  })
}

/** Answers in its turn, and never into another answer. */
function refuseUnreadable(error: Error, socket: Socket, bounds: Bounds, connections: Connections): void {
  const connection = connections.get(socket)
  if (!connection || !socket.writable) return void socket.destroy()
  // Its other requests keep it from being read, or it was told already.
  if (connection.release || connection.refusal) return
  const { newest, requests } = connection
  const refusal = refusalOf(error)
  if (refusal.status === 408) bounds.refused(newest ? 'bodySeconds' : 'headSeconds', socket.remoteAddress)
  connection.refusal = refusal
  if (requests === 0 || (requests === 1 && newest && !newest.headersSent && !newest.req.complete))
    refuse(socket, refusal)
  else if (!newest?.req.complete) socket.destroy()
}

function awaitAnswer(socket: Socket, connection: Connection): void {
  const cut = setTimeout(() => {
    if (connection.newest?.headersSent === false) socket.destroy()
  }, HALF_CLOSED)
  socket.once('close', () => clearTimeout(cut))
}

/** To Node, 0 is no bound. */
const millisecondsOf = (seconds: number): number => (Number.isFinite(seconds) ? seconds * 1000 : 0)

const asksForWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket'

/** A client that keeps its connection would otherwise send its next request into a closed door. */
export const announceEnd = (response: ServerResponse): void => void response.setHeader('connection', 'close')

export const INTERNAL = new HttpError(500, 'INTERNAL', 'Internal error.')
const TOO_MANY = new HttpError(503, 'SERVICE_UNAVAILABLE', 'Too many connections are open: try again.', {
  'retry-after': '1', // seconds
})
const NO_EXPECTATION = new HttpError(417, 'BAD_USER_INPUT', 'No expectation is met but 100-continue.')
const NO_TUNNEL = new HttpError(405, 'BAD_USER_INPUT', 'This is no proxy.', { allow: 'GET, HEAD, POST' })
