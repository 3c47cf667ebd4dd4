/** Listens for HTTP. Knows nothing of the requests' content. */
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { refuse } from '../message/unreadable.ts'
import { type Connection, createConnections, expectMore, requestEnded, requestStarted } from './connections.ts'
import { createDrain, type Grace } from './drain.ts'
import { type Bounds, createNodeServer, type Handle, unbounded } from './node-server.ts'

export interface HttpListener {
  readonly server: Server
  /** Base address with the actual port, for example `http://127.0.0.1:4101`. */
  readonly url: string
  /**
   * Tells kept-alive clients to close, stops accepting, and waits for requests in flight.
   * @param timeout milliseconds after which remaining connections are destroyed
   * @param grace keeps serving first, so that load balancers have time to send requests elsewhere
   */
  drain(timeout: number, grace?: Grace): Promise<void>
}

/**
 * Reads connections before Node's HTTP parser, and may pass any of them on to it between two
 * requests.
 */
export type FastPath = (socket: Socket, control: ConnectionControl) => void

/** The listener's side of one connection. */
export interface ConnectionControl {
  /** True once each answer must end its connection. */
  isDraining(): boolean
  /** A request has arrived; `requestEnded` reports that it is done. */
  requestStarted(): void
  requestEnded(): void
  /**
   * Passes the connection to Node's parser for good. @param read bytes that were received and not
   * answered
   */
  passOn(read: Buffer): void
}

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Without it Node parses every request. */
  readonly fastPath?: FastPath
  readonly bounds?: Partial<Bounds>
}

const SURPLUS_TIME = 2_000 // milliseconds that a connection over the limit may be idle

/**
 * Starts listening. A rejected `handle` is answered with 500 and no detail.
 * @throws the listen error (`EADDRINUSE`) unchanged
 */
export async function listen(handle: Handle, options: ListenOptions): Promise<HttpListener> {
  const { fastPath } = options
  const bounds = { ...unbounded, ...options.bounds }
  const connections = createConnections(bounds.connections)
  const { isDraining, onRequest, onSettled, drain } = createDrain(connections)
  const settled = (socket: Socket, connection: Connection): void => {
    requestEnded(socket, connection)
    if (connection.refusal && connection.requests === 0) refuse(socket, connection.refusal)
    onSettled()
  }
  const server = createNodeServer(handle, bounds, { connections, isDraining, onRequest, onSettled: settled })
  // `close` calls it. Node's own cuts off clients that still read their answer: it checks what was
  // written, not what was flushed.
  server.closeIdleConnections = connections.closeIdle
  // Node's own handlers, for connections passed on to it.
  const nodes = server.listeners('connection')
  const controlOf = (socket: Socket, connection: Connection): ConnectionControl => ({
    isDraining,
    requestStarted() {
      if (isDraining()) onRequest()
      requestStarted(connection)
    },
    requestEnded: () => settled(socket, connection),
    passOn(read) {
      if (read.length > 0) {
        expectMore(connection)
        socket.unshift(read)
      }
      for (const take of nodes) take.call(server, socket)
      socket.resume()
    },
  })
  if (fastPath) server.removeAllListeners('connection')
  server.prependListener('connection', (socket: Socket) => {
    const connection = connections.open(socket)
    const control = controlOf(socket, connection)
    if (connection.isSurplus) {
      socket.setTimeout(SURPLUS_TIME, () => socket.destroy())
      if (fastPath) control.passOn(NOTHING)
    } else fastPath?.(socket, control)
  })
  await opened(server, options)
  return {
    server,
    url: urlOf(server),
    drain: (timeout, grace) => drain(server, timeout, grace),
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
