/**
 * Node's HTTP server with bounds on connections and on the time of a request, and with JSON answers
 * to input that it cannot parse.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { HttpError, sendHttpError } from '../message/http-error.ts'
import { createServer } from '../message/node-http.ts'
import { pathOf, toOriginForm } from '../message/target.ts'
import { refusalOf, refusalOfHead, refuse } from '../message/unreadable.ts'
import { type Connection, type Connections, holdIfFull, isFull, requestStarted } from './connections.ts'
import { readAtWill, readInTurns } from './read-turns.ts'

/** Bounds on what clients may use. `Infinity` is no bound. */
export interface Bounds {
  /**
   * Open at once. Idle ones are closed to admit new ones. A few more get only health checks
   * answered; any beyond these are closed.
   */
  readonly connections: number
  /** For the head of a request, from its first byte to its last. */
  readonly headSeconds: number
  /** For a whole request, from its first byte to its last. */
  readonly bodySeconds: number
  /** Milliseconds that a connection may be idle, or leave an answer unread. */
  readonly idle: number
  /**
   * Called with the bound by which a client was refused. @param address the connection's remote IP
   * address
   */
  refused(bound: 'connections' | 'headSeconds' | 'bodySeconds', address: string | undefined): void
}

/**
 * Milliseconds that a connection may be idle. Longer than load balancers keep theirs, so that none
 * sends a request into a closing connection.
 */
export const KEEP_ALIVE = 65_000

export const unbounded: Bounds = {
  connections: Number.POSITIVE_INFINITY,
  headSeconds: 10,
  bodySeconds: 30,
  idle: KEEP_ALIVE,
  refused: () => undefined,
}

export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void

/** What the server needs of its listener. */
interface Host {
  readonly connections: Connections
  isDraining(): boolean
  /** A request other than a health check has arrived. */
  onRequest(): void
  /** A request is done. */
  onSettled(socket: Socket, connection: Connection): void
}

/** Milliseconds to answer a client that has closed its side: most of those have left. */
export const HALF_CLOSED = 5_000
const SURPLUS = 64 // connections over the limit, for health checks and for refusals
const OVERDUE = 1_000 // milliseconds between two checks for slow requests

export function createNodeServer(handle: Handle, bounds: Bounds, host: Host): Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // Before `toOriginForm` overwrites the host header.
    const refusal = refusalOfHead(request)
    toOriginForm(request)
    const isHealth = pathOf(request).startsWith('/health/')
    // Health checks do not delay the drain.
    if (!isHealth) host.onRequest()
    const connection = host.connections.get(request.socket)
    if (connection) trackRequest(request, response, connection, host)
    // Node resets it with each request; a connection over the limit has a shorter time.
    if (connection && !connection.isSurplus) request.socket.setTimeout(bounds.idle)
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
    // What is thrown in an event of Node's ends the process.
    const handled = async (): Promise<void> => handle(request, response)
    handled().catch(() => {
      if (!response.headersSent) sendHttpError(response, INTERNAL)
      else response.destroy()
    })
  }
  const server: Server = createServer(
    {
      keepAliveTimeout: bounds.idle,
      noDelay: true,
      headersTimeout: millisecondsOf(Math.min(bounds.headSeconds, bounds.bodySeconds)),
      requestTimeout: millisecondsOf(bounds.bodySeconds),
      connectionsCheckingInterval: OVERDUE,
      requireHostHeader: false, // Node's own refusal has no body
      // A request to upgrade to another protocol is answered in this one (RFC 9110, section 7.8).
      shouldUpgradeCallback(request) {
        const connection = host.connections.get(request.socket)
        if (refusalOfHead(request) || connection?.isSurplus || owesAnswers(connection) || hasBody(request)) return false
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
  // A client that has closed its side may still read (RFC 9112, section 9.6). Undocumented in Node,
  // but tested here.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('connection', (socket: Socket) => {
    readInTurns(socket)
    socket.once('end', () => {
      const connection = host.connections.get(socket)
      if (connection?.requests) awaitAnswer(socket, connection)
    })
  })
  server.on('timeout', (socket) => cutIfUnread(socket, host.connections))
  server.on('checkExpectation', (_request, response: ServerResponse) => sendHttpError(response, NO_EXPECTATION))
  server.on('connect', (_request, socket: Socket) => {
    if (owesAnswers(host.connections.get(socket))) socket.destroy()
    else refuse(socket, NO_TUNNEL)
  })
  server.on('clientError', (error, socket) => refuseUnreadable(error, socket as Socket, bounds, host.connections))
  return server
}

/** Another protocol would begin before the answers to pipelined requests, or within one. */
const owesAnswers = (connection: Connection | undefined): boolean =>
  connection !== undefined && (connection.requests > 1 || connection.newest?.writableEnded === false)

/** Another protocol may begin only behind the whole request (RFC 9110, section 7.8). */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

function trackRequest(request: IncomingMessage, response: ServerResponse, connection: Connection, host: Host): void {
  requestStarted(connection)
  // After all that arrived in the same read.
  if (isFull(connection)) process.nextTick(holdIfFull, request.socket, connection)
  if (host.isDraining()) {
    // A pipelined request means that the answer before it is not the last; nor is this one if more
    // may be unread.
    if (connection.newest?.headersSent === false) connection.newest.removeHeader('connection')
    if (!isFull(connection)) announceEnd(response)
  }
  connection.newest = response
  response.on('close', () => {
    if (connection.newest === response) connection.newest = undefined
    host.onSettled(request.socket, connection)
  })
}

/** Answers after the answers that are due, and never within one. */
function refuseUnreadable(error: Error, socket: Socket, bounds: Bounds, connections: Connections): void {
  const connection = connections.get(socket)
  if (!connection || !socket.writable) return void socket.destroy()
  // Reading is paused, or it was refused already.
  if (connection.release || connection.refusal) return
  const { newest, requests } = connection
  const refusal = refusalOf(error)
  if (refusal.status === 408) bounds.refused(newest ? 'bodySeconds' : 'headSeconds', socket.remoteAddress)
  connection.refusal = refusal
  if (requests === 0 || (requests === 1 && newest && !newest.headersSent && !newest.req.complete))
    refuse(socket, refusal)
  else if (!newest?.req.complete) socket.destroy()
}

/** What is in work may take its time; what is written must be read. */
function cutIfUnread(socket: Socket, connections: Connections): void {
  if (!connections.get(socket)?.requests || socket.writableLength > 0) socket.destroy()
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

/**
 * Otherwise a client with a kept-alive connection would send its next request into a closed one.
 */
export const announceEnd = (response: ServerResponse): void => void response.setHeader('connection', 'close')

export const INTERNAL = new HttpError(500, 'INTERNAL', 'Internal error.')
const TOO_MANY = new HttpError(503, 'SERVICE_UNAVAILABLE', 'Too many connections are open: try again.', {
  'retry-after': '1', // seconds
})
const NO_EXPECTATION = new HttpError(417, 'BAD_USER_INPUT', 'The only supported expectation is 100-continue.')
const NO_TUNNEL = new HttpError(405, 'BAD_USER_INPUT', 'This server is not a proxy.', { allow: 'GET, HEAD, POST' })
