/** Listens for HTTP, and takes the door away again without losing a request. Knows nothing of what is asked. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sendJson } from './http.ts'
import { createServer } from './node-http.ts'

export interface HttpListener {
  readonly server: Server
  /** Base address with the port that was really taken, for example `http://127.0.0.1:4101`. */
  readonly url: string
  /**
   * Tells kept-alive connections to close, takes no new one, waits for the requests in flight.
   * @param timeout milliseconds after which what is left is cut
   * @param grace goes on serving first, so that whoever sends requests here has time to notice and to go elsewhere
   */
  drain(timeout: number, grace?: Grace): Promise<void>
}

/** When it is time to close the door: after `quiet` milliseconds without a request, or after `longest` in any case. */
export interface Grace {
  readonly quiet: number
  readonly longest: number
}

/** Reads connections before Node's own reader of HTTP does. It may leave any of them to that at any moment between two requests. */
export type Front = (socket: Socket, door: Door) => void

/** What one connection has to do with the door it came by. */
export interface Door {
  /** True once each answer has to end its connection. */
  isDraining(): boolean
  /** A request has come; `settle` says that it needs nothing more. */
  owe(): void
  settle(): void
  /** Leaves the connection to Node's reader for good. @param read what has come on it and was not answered */
  passOn(read: Buffer): void
}

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Without it Node reads everything. */
  readonly front?: Front
}

interface Connection {
  /** Those it is waiting for answers to. */
  requests: number
  /** Reads on; defined while it is not read on, since it waits for too many answers already. */
  release: (() => void) | undefined
  /** False for one that carried no request yet. */
  wasUsed: boolean
  /** How many bytes had come when nothing was owed any more: where it is still as many, no part of a next request has come. */
  settledAt: number
  /** To the last request that Node has read on it; undefined once that answer is out. */
  newest: ServerResponse | undefined
}

/** Milliseconds that a connection may be idle. Longer than load balancers wait, so that none sends its next request into a closing door. */
export const KEEP_ALIVE = 65_000
/** Requests of one connection that are answered at a time, besides those that came in one piece with them. */
const AT_A_TIME = 16
const NEVER = -1 // bytes
const UNUSED = 500 // milliseconds a new connection has to send its first request once the door is closed

/**
 * Starts listening. A rejected `handle` is answered with 500 and no detail.
 * @throws the listen error (`EADDRINUSE`) unchanged
 */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
  { host, port, front }: ListenOptions,
): Promise<HttpListener> {
  let draining = false
  let closing = false
  let lastRequest = 0
  const connections = new Map<Socket, Connection>()

  const closeIdle = (): void => {
    for (const [socket, { wasUsed, requests, settledAt }] of connections)
      if (wasUsed && requests === 0 && socket.bytesRead === settledAt) socket.destroySoon()
  }
  const owe = (connection: Connection): void => {
    connection.requests += 1
    connection.wasUsed = true
  }
  /** Node would read on until answers pile up: thousands of requests of one client, which all others had to wait for. */
  const limit = (socket: Socket, connection: Connection): void => {
    if (isFull(connection)) connection.release ??= hold(socket)
  }
  const settle = (socket: Socket, connection: Connection): void => {
    connection.requests -= 1
    if (connection.release && !isFull(connection)) {
      connection.release()
      connection.release = undefined
    }
    connection.settledAt = socket.bytesRead
    // One that was in flight when the door was closed would stay open and idle: it ends with its answer.
    if (closing) setImmediate(closeIdle)
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE, noDelay: true }, (request, response) => {
    const connection = connections.get(request.socket)
    // Whoever only asks how we are is no traffic that could be lost.
    if (!request.url?.startsWith('/health/')) lastRequest = performance.now()
    if (connection) {
      owe(connection)
      // Once all is taken that came with it.
      if (isFull(connection)) process.nextTick(limit, request.socket, connection)
      if (draining) {
        // Where the client did not wait for it, the answer before is not the last; nor is this one where more may have come unread.
        if (connection.newest?.headersSent === false) connection.newest.removeHeader('connection')
        if (!isFull(connection)) announceEnd(response)
      }
      connection.newest = response
      response.on('close', () => {
        if (connection.newest === response) connection.newest = undefined
        settle(request.socket, connection)
      })
    }
    Promise.resolve(handle(request, response)).catch(() => {
      if (!response.headersSent) sendJson(response, 500, INTERNAL)
      else response.destroy()
    })
  })
  // `close` calls it. Node's own cuts off whoever is still reading its answer: it looks at what was written, not at what has gone out.
  server.closeIdleConnections = closeIdle
  // What Node does with a new connection, kept for those that are left to it.
  const nodes = server.listeners('connection')
  const doorOf = (socket: Socket, connection: Connection): Door => ({
    isDraining: () => draining,
    owe() {
      if (draining) lastRequest = performance.now()
      owe(connection)
    },
    settle: () => settle(socket, connection),
    passOn(read) {
      if (read.length > 0) {
        connection.settledAt = NEVER
        socket.unshift(read)
      }
      for (const take of nodes) take.call(server, socket)
      socket.resume()
    },
  })
  if (front) server.removeAllListeners('connection')
  server.prependListener('connection', (socket: Socket) => {
    const connection: Connection = {
      requests: 0,
      release: undefined,
      wasUsed: false,
      settledAt: NEVER,
      newest: undefined,
    }
    connections.set(socket, connection)
    socket.once('close', () => connections.delete(socket))
    front?.(socket, doorOf(socket, connection))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address() as AddressInfo
  return {
    server,
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    async drain(timeout, grace) {
      draining = true
      for (const connection of connections.values()) {
        const { newest } = connection
        if (newest?.headersSent === false && !isFull(connection)) announceEnd(newest)
      }
      const began = performance.now()
      lastRequest = began
      while (grace && performance.now() < began + grace.longest) {
        const left = lastRequest + grace.quiet - performance.now()
        if (left <= 0) break
        await sleep(Math.min(left, began + grace.longest - performance.now()))
      }
      closing = true
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => {
          for (const socket of connections.keys()) socket.destroy()
        }, timeout)
        // Opened in advance, as browsers do, and never used: to Node these are not idle.
        const unused = setTimeout(() => {
          for (const [socket, { requests }] of connections)
            if (requests === 0 && socket.writableLength === 0) socket.destroy()
        }, UNUSED)
        server.close(() => {
          clearTimeout(cut)
          clearTimeout(unused)
          resolve()
        })
        closeIdle()
      })
    },
  }
}

const isFull = ({ requests }: Connection): boolean => requests >= AT_A_TIME

/** Reads no further on a connection, until what it returns is called. */
function hold(socket: Socket): () => void {
  const stay = (): void => void socket.pause()
  // Whoever reads the body of a request has Node read on.
  socket.on('resume', stay)
  stay()
  return () => {
    socket.off('resume', stay)
    socket.resume()
  }
}

/** A client that keeps its connection would otherwise send its next request into a closed door. */
const announceEnd = (response: ServerResponse): void => void response.setHeader('connection', 'close')

export const INTERNAL = { errors: [{ message: 'Internal error.', extensions: { code: 'INTERNAL' } }] }
