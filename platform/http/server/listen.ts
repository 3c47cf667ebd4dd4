/**
 * Listens for HTTP, and takes the door away again without losing a request. Knows nothing of what
 * is asked.
 */
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { refuse } from '../message/unreadable.ts'
import { type Connection, type Connections, createConnections, expectMore, isFull, owe, settle } from './connections.ts'
import { announceEnd, type Bounds, createNodeServer, type Handle, unbounded } from './node-server.ts'

export interface HttpListener {
  readonly server: Server
  /** Base address with the port that was really taken, for example `http://127.0.0.1:4101`. */
  readonly url: string
  /**
   * Tells kept-alive connections to close, takes no new one, waits for the requests in flight.
   * @param timeout milliseconds after which what is left is cut
   * @param grace goes on serving first, so that whoever sends requests here has time to notice and
   * to go elsewhere
   */
  drain(timeout: number, grace?: Grace): Promise<void>
}

/**
 * When it is time to close the door: after `quiet` milliseconds without a request, or after
 * `longest` in any case.
 */
export interface Grace {
  readonly quiet: number
  readonly longest: number
}

/**
 * Reads connections before Node's own reader of HTTP does. It may leave any of them to that at any
 * moment between two requests.
 */
export type Front = (socket: Socket, door: Door) => void

/** What one connection has to do with the door it came by. */
export interface Door {
  /** True once each answer has to end its connection. */
  isDraining(): boolean
  /** A request has come; `settle` says that it needs nothing more. */
  owe(): void
  settle(): void
  /**
   * Leaves the connection to Node's reader for good. @param read what has come on it and was not
   * answered
   */
  passOn(read: Buffer): void
}

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Without it Node reads everything. */
  readonly front?: Front
  readonly bounds?: Partial<Bounds>
}

const UNUSED = 500 // milliseconds a new connection has to send its first request once the door is closed
const SURPLUS_TIME = 2_000 // milliseconds that a connection over the limit may be idle

/**
 * Starts listening. A rejected `handle` is answered with 500 and no detail.
 * @throws the listen error (`EADDRINUSE`) unchanged
 */
export async function listen(handle: Handle, options: ListenOptions): Promise<HttpListener> {
  const { front } = options
  const bounds = { ...unbounded, ...options.bounds }
  let draining = false
  let closing = false
  let lastRequest = 0
  const connections = createConnections(bounds.connections)
  const settled = (socket: Socket, connection: Connection): void => {
    settle(socket, connection)
    if (connection.refusal && connection.requests === 0) refuse(socket, connection.refusal)
    // One that was in flight when the door was closed would stay open and idle: it ends with its
    // answer.
    if (closing) setImmediate(connections.closeIdle)
  }
  const server = createNodeServer(handle, bounds, {
    connections,
    isDraining: () => draining,
    onRequest() {
      lastRequest = performance.now()
    },
    onSettled: settled,
  })
  // `close` calls it. Node's own cuts off whoever is still reading its answer: it looks at what was
  // written, not at what has gone out.
  server.closeIdleConnections = connections.closeIdle
  // What Node does with a new connection, kept for those that are left to it.
  const nodes = server.listeners('connection')
  const doorOf = (socket: Socket, connection: Connection): Door => ({
    isDraining: () => draining,
    owe() {
      if (draining) lastRequest = performance.now()
      owe(connection)
    },
    settle: () => settled(socket, connection),
    passOn(read) {
      if (read.length > 0) {
        expectMore(connection)
        socket.unshift(read)
      }
      for (const take of nodes) take.call(server, socket)
      socket.resume()
    },
  })
  if (front) server.removeAllListeners('connection')
  server.prependListener('connection', (socket: Socket) => {
    const connection = connections.open(socket)
    const door = doorOf(socket, connection)
    if (connection.isSurplus) {
      socket.setTimeout(SURPLUS_TIME, () => socket.destroy())
      if (front) door.passOn(NOTHING)
    } else front?.(socket, door)
  })
  await opened(server, options)
  return {
    server,
    url: urlOf(server),
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
      await closed(server, connections, timeout)
    },
  }
}

const NOTHING = Buffer.alloc(0)

const opened = (server: Server, { port, host }: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })

function urlOf(server: Server): string {
  const { family, address, port } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** @param timeout milliseconds after which what is left is cut */
const closed = (server: Server, connections: Connections, timeout: number): Promise<void> =>
  new Promise((resolve) => {
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
    connections.closeIdle()
  })
