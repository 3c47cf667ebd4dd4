/** Speaks `graphql-transport-ws` with clients that may connect: the same policies and the same streams as by SSE, another way to write them down. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type FormattedExecutionResult, GraphQLError } from 'graphql'
import type { OperationResult } from 'graphql-ws'
import { requestOf } from '../http/node-messages.ts'
import { limitOf } from '../limits/limits.ts'
import type { Logger } from '../process/log.ts'
import { validateHeaderValue } from '../process/node-http.ts'
import { codedError } from '../protocol/errors.ts'
import { admit } from '../request/admit.ts'
import { callerOf } from '../request/caller-key.ts'
import { type Exchange, openExchange } from '../request/exchange.ts'
import { maskAllThrown } from '../request/mask.ts'
import { requestIdOf } from '../request/request-id.ts'
import type { SocketOptions } from './sockets.ts'

/** Clients connected by WebSocket. */
export interface SocketClients {
  /** Takes over a connection that asks to be upgraded. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes every connection with "service restart", after which clients reconnect. */
  close(): Promise<void>
}

const MAX_MESSAGE = 1024 * 1024 // bytes
const SERVICE_RESTART = 1012

/** To be called for the first who comes: the protocol, and TLS with it, take 3 MB. This file itself is compiled with the start. */
export async function serveSockets({
  policies,
  clientAddress,
  editions,
  start,
  reportLimit,
  log,
}: SocketOptions): Promise<SocketClients> {
  const { useServer: serveOver } = await import('graphql-ws/use/ws') // MIT; the protocol by its author
  const { WebSocketServer } = await import('ws') // MIT; the WebSocket server of the Node field
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE })
  const served = serveOver(
    {
      // The token comes with the connection: its `payload.authorization`, or the header of the upgrade.
      onSubscribe: async ({ connectionParams, extra }, _id, payload) => {
        const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization']
        const authorization = typeof given === 'string' ? given : extra.request.headers.authorization
        const exchange = openExchange(
          requestOf(extra.request, clientAddress),
          requestIdOf(extra.request),
          authorization,
        )
        exchange.accepts = 'events'
        exchange.parameters = {
          query: payload.query,
          operationName: payload.operationName ?? undefined,
          variables: payload.variables ?? undefined,
          extensions: payload.extensions ?? undefined,
        }
        const { edition, release } = editions.hold()
        try {
          requireHeaderValue(authorization)
          for (const policy of policies.message) await policy(exchange)
          const operation = admit(exchange, edition.documents, policies)
          if (operation.definition.operation !== 'subscription')
            throw codedError('BAD_USER_INPUT', 'Queries and mutations are sent with POST.')
          const { operationName } = exchange.parameters
          const events = await start(exchange, edition, operation, release)
          return {
            schema: edition.schema,
            document: operation.document.node,
            ...(operationName !== undefined && { operationName }),
            contextValue: events,
          }
        } catch (error) {
          release()
          const limit = limitOf(error)
          if (limit) reportLimit(limit, callerOf(exchange))
          return refusals(error, exchange, log)
        }
      },
      subscribe: ({ contextValue }) => contextValue as OperationResult,
      onNext: (_context, _id, _payload, _arguments, result) => result as FormattedExecutionResult,
    },
    sockets,
  )
  return {
    accept(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (accepted) => sockets.emit('connection', accepted, request))
    },
    async close() {
      for (const client of sockets.clients) client.close(SERVICE_RESTART, 'The gateway is stopping: resume elsewhere.')
      await served.dispose()
    },
  }
}

/** A token in a message is any text; it goes on as a header. @throws UNAUTHENTICATED */
function requireHeaderValue(authorization: string | undefined): void {
  try {
    if (authorization !== undefined) validateHeaderValue('authorization', authorization)
  } catch {
    throw codedError('UNAUTHENTICATED', 'The token has characters that no token has.')
  }
}

const refusals = (error: unknown, { requestId }: Exchange, log: Logger): GraphQLError[] =>
  maskAllThrown(error, requestId, log).map(({ message, extensions }) => new GraphQLError(message, { extensions }))
