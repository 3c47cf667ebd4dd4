/**
 * Decides who may connect by WebSocket: checks upgrade requests, and passes accepted ones on. Does
 * not speak the protocol.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { HttpError } from '../../platform/http/message/http-error.ts'
import { pathOf } from '../../platform/http/message/target.ts'
import { refuse } from '../../platform/http/message/unreadable.ts'
import { createAddressShares } from '../limits/address-shares.ts'
import { type SocketClients, type SocketOptions, serveSockets } from './websocket.ts'

export interface Sockets {
  /**
   * Answers operations in flight, then closes every connection with "service restart", after which
   * clients reconnect.
   * @param timeout milliseconds after which remaining connections are destroyed
   */
  close(timeout: number): Promise<void>
}

export function openSockets(options: SocketOptions): Sockets {
  const { server, log } = options
  const take = createAddressShares('socketsPerAddress', options)
  let opened: Promise<SocketClients> | undefined
  let isClosing = false
  const upgrade = async (request: IncomingMessage, connection: Socket, head: Buffer): Promise<void> => {
    if (!options.endpoints.at(pathOf(request))) return refuse(connection, NOT_FOUND)
    if (!isWelcome(request, options.corsOrigins)) return refuse(connection, NOT_WELCOME)
    // Nobody would answer its operations before the connection is destroyed.
    if (isClosing && !opened) return refuse(connection, CLOSING)
    const giveBack = take(request)
    if (!giveBack) return refuse(connection, TOO_MANY)
    connection.once('close', giveBack)
    // A client that hangs up earlier is not an error: the protocol finds the socket closed.
    const ignore = (): void => undefined
    connection.on('error', ignore)
    opened ??= serveSockets(options)
    const clients = await opened
    connection.off('error', ignore)
    clients.accept(request, connection, head)
  }
  server.on('upgrade', (request: IncomingMessage, _stream, head: Buffer) => {
    const connection = request.socket
    upgrade(request, connection, head).catch((error: unknown) => {
      log.error({ err: error }, 'a WebSocket could not be opened')
      connection.destroy()
    })
  })
  return {
    async close(timeout) {
      isClosing = true
      await (await opened)?.close(timeout)
    },
  }
}

const NOT_FOUND = new HttpError(404, 'BAD_USER_INPUT', 'No WebSocket is served at this path.')
const TOO_MANY = new HttpError(429, 'BUDGET_EXHAUSTED', 'This address has too many WebSockets open.')
const CLOSING = new HttpError(503, 'SERVICE_UNAVAILABLE', 'The gateway is restarting: connect again.', {
  'retry-after': '1', // seconds
})
const NOT_WELCOME = new HttpError(403, 'FORBIDDEN', 'Pages of this origin may not connect.')

/** Browsers let any page open a WebSocket anywhere, and only send its origin. */
function isWelcome({ headers: { origin, host } }: IncomingMessage, corsOrigins: readonly string[]): boolean {
  if (origin === undefined || corsOrigins.includes(origin)) return true
  return URL.canParse(origin) && new URL(origin).host === host
}
