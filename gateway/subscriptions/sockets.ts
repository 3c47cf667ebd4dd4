/** Who may subscribe by WebSocket: looks at the request for one, and hands on what is welcome. Speaks no WebSocket itself. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ClientAddress } from '../http/client-address.ts'
import type { ReportLimit } from '../limits/report.ts'
import type { Logger } from '../process/log.ts'
import type { Policies } from '../request/policies.ts'
import type { Editions } from '../supergraph/editions.ts'
import type { StartEvents } from './start.ts'
import { type SocketClients, serveSockets } from './websocket.ts'

export interface Sockets {
  /** Closes every connection with "service restart", after which clients reconnect. */
  close(): Promise<void>
}

export interface SocketOptions {
  readonly server: Server
  readonly policies: Policies
  /** Origins whose pages may connect, beside those of this site. */
  readonly corsOrigins: readonly string[]
  readonly clientAddress: ClientAddress
  readonly editions: Editions
  readonly start: StartEvents
  readonly reportLimit: ReportLimit
  readonly log: Logger
}

export function openSockets(options: SocketOptions): Sockets {
  const { server, corsOrigins, log } = options
  let opened: Promise<SocketClients> | undefined
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    // Whoever hangs up before that is no fault: the protocol finds the socket closed.
    const ignore = (): void => undefined
    socket.on('error', ignore)
    opened ??= serveSockets(options)
    const clients = await opened
    socket.off('error', ignore)
    clients.accept(request, socket, head)
  }
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?', 1)[0] !== '/graphql') return refuseUpgrade(socket, '404 Not Found')
    if (!isWelcome(request, corsOrigins)) return refuseUpgrade(socket, '403 Forbidden')
    upgrade(request, socket, head).catch((error: unknown) => {
      log.error({ err: error }, 'a WebSocket could not be opened')
      socket.destroy()
    })
  })
  return {
    async close() {
      await (await opened)?.close()
    },
  }
}

const refuseUpgrade = (socket: Duplex, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

/** Browsers let any page open a WebSocket to anywhere, and only say which page it is. */
function isWelcome({ headers: { origin, host } }: IncomingMessage, corsOrigins: readonly string[]): boolean {
  if (origin === undefined || corsOrigins.includes(origin)) return true
  return URL.canParse(origin) && new URL(origin).host === host
}
