/**
 * Speaks `graphql-transport-ws` with accepted clients, with the same policies, executions and
 * streams as HTTP.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { BodyRoom } from '../../platform/http/message/body-room.ts'
import type { ClientAddress } from '../../platform/http/message/client-address.ts'
import { HttpError } from '../../platform/http/message/http-error.ts'
import type { HttpRequest } from '../../platform/http/message/message.ts'
import { validateHeaderValue } from '../../platform/http/message/node-http.ts'
import { requestOf } from '../../platform/http/message/node-messages.ts'
import { pathOf } from '../../platform/http/message/target.ts'
import { refuse } from '../../platform/http/message/unreadable.ts'
import type { Logger } from '../../platform/process/log.ts'
import { codedError } from '../../platform/protocol/errors.ts'
import { createKeepAlive } from '../../platform/websocket/keep-alive.ts'
import { callerOf } from '../exchange/caller-key.ts'
import { openExchange, WHOLE } from '../exchange/exchange.ts'
import { requestIdOf } from '../exchange/request-id.ts'
import { createJsonBound } from '../limits/json-bound.ts'
import type { Limits } from '../limits/limits.ts'
import type { Measuring } from '../limits/measuring.ts'
import type { ReportLimit } from '../limits/report.ts'
import type { OperationOptions } from '../request/answer.ts'
import type { Endpoints } from '../request/endpoints.ts'
import { NOT_FOUND } from '../request/not-found.ts'
import { isExecution } from '../request/perform.ts'
import { checkParameters } from '../request/policies/parameters.ts'
import { SUBPROTOCOL } from './session/messages.ts'
import { type Answer, type Operation, openSession, type Session } from './session/session.ts'
import { boundUnfinished } from './unfinished.ts'

/** Some options change with the configuration, so they are read whenever they are needed. */
export interface SocketOptions {
  readonly server: Server
  readonly endpoints: Endpoints
  readonly limits: Pick<Limits, 'bodyBytes' | 'socketsPerAddress' | 'variableDepth' | 'variableValues'>
  readonly measuring: Measuring | undefined
  /** Origins whose pages may connect, besides this site's. */
  readonly corsOrigins: readonly string[]
  readonly clientAddress: ClientAddress
  /** For partly received messages. */
  readonly room: BodyRoom
  readonly reportLimit: ReportLimit
  readonly log: Logger
}

/** Clients connected by WebSocket. */
export interface SocketClients {
  /** Takes over a connection with an upgrade request. */
  accept(message: IncomingMessage, connection: Socket, head: Buffer): void
  /** @param timeout milliseconds after which remaining connections are destroyed */
  close(timeout: number): Promise<void>
}

/**
 * Call it for the first connection: the protocol's library, with TLS, takes 3 MB. This file itself
 * is compiled at start.
 */
export async function serveSockets(options: SocketOptions): Promise<SocketClients> {
  const { clientAddress, reportLimit, log } = options
  const { WebSocketServer } = await import('ws') // MIT; the WebSocket server of the Node field
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    autoPong: false, // the inbox does, no faster than the client reads
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  })
  // The library would refuse in HTML.
  sockets.on('wsClientError', ({ message }, connection, { method }) =>
    refuse(connection, method === 'GET' ? badHandshake(message) : NOT_GET),
  )
  const keepAlive = createKeepAlive()
  const sessions = new Map<WebSocket, Session>()
  const closed = Promise.withResolvers<void>()
  let isClosing = false

  const open = (socket: WebSocket, message: IncomingMessage, connection: Socket): void => {
    const path = pathOf(message)
    const request = requestOfSocket(requestOf(message, clientAddress))
    /**
     * The request with the data of `connection_init`: one object per socket, by which streams are
     * counted.
     */
    let introduced: HttpRequest | undefined
    socket.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
        reportLimit('bodyBytes', callerOf({ caller: undefined, apiClient: undefined, request }))
    })
    const mayParse = (text: string): boolean => {
      const exceeded = createJsonBound(options.limits)(text)
      if (exceeded) reportLimit(exceeded, callerOf({ caller: undefined, apiClient: undefined, request }))
      return exceeded === undefined
    }
    boundUnfinished(socket, connection, options.room, () => {
      reportLimit('unfinishedBodyBytes', callerOf({ caller: undefined, apiClient: undefined, request }))
      socket.terminate()
    })
    const session = openSession({
      socket,
      connection,
      run(operation) {
        const endpoint = options.endpoints.at(path)
        // A new configuration may have no such variant.
        if (!endpoint) return Promise.resolve({ errors: GONE })
        introduced ??= { ...request, headers: { ...request.headers, ...operation.initPayload.client } }
        return run(operation, introduced, endpoint.operations)
      },
      mayParse,
      clientNameHeaders: options.endpoints.at(path)?.operations.policies.clientNameHeaders ?? NO_HEADERS,
      onFault: (error) => log.error({ err: error }, 'a WebSocket was closed'),
    })
    sessions.set(socket, session)
    keepAlive({ socket, connection, isBusy: session.isBusy })
    socket.once('close', () => {
      sessions.delete(socket)
      if (isClosing && sessions.size === 0) closed.resolve()
    })
    if (isClosing) session.finish()
  }
  return {
    accept(message, connection, head) {
      const { bodyBytes } = options.limits
      sockets.options.maxPayload = Number.isFinite(bodyBytes) ? bodyBytes : 0
      sockets.handleUpgrade(message, connection, head, (socket) => open(socket, message, connection))
    },
    async close(timeout) {
      isClosing = true
      if (sessions.size === 0) return
      for (const session of sessions.values()) session.finish()
      const cut = setTimeout(() => {
        for (const socket of sessions.keys()) socket.terminate()
      }, timeout)
      await closed.promise
      clearTimeout(cut)
    },
  }
}

const NO_HEADERS: ReadonlySet<string> = new Set()
const GONE = JSON.stringify([{ message: NOT_FOUND.message, extensions: { code: NOT_FOUND.code } }])
const NOT_GET = new HttpError(405, 'BAD_USER_INPUT', 'A WebSocket is opened with GET.', { allow: 'GET' })

const badHandshake = (message: string): HttpError =>
  new HttpError(400, 'BAD_USER_INPUT', `${message}.`, { 'sec-websocket-version': '13, 8' })

/**
 * The request that all operations of a socket share; each counts as a POST. Keeps only the headers
 * of Node's message.
 */
function requestOfSocket({ url, headers, address }: HttpRequest): HttpRequest {
  const from = address()
  return { method: 'POST', url, headers, address: () => from, readText: () => '' }
}

/**
 * Runs one operation. Data of `connection_init` takes precedence over headers of the upgrade
 * request.
 */
async function run(
  { payload, initPayload, ...client }: Operation,
  request: HttpRequest,
  { variant, perform, policies, count, refusalOf }: OperationOptions,
): Promise<Answer> {
  const authorization = initPayload.authorization ?? policies.credentialsOf(request.headers)
  const exchange = openExchange(request, requestIdOf(request), authorization, variant)
  exchange.accepts = { ...WHOLE, events: 'sse' } // a socket takes events without a format
  try {
    exchange.parameters = checkParameters(payload)
    requireHeaderValue(authorization)
    const performed = await perform(exchange, policies.message, client)
    if (!isExecution(performed)) return { results: performed }
    const { outcome } = performed
    count(outcome, exchange)
    return 'body' in outcome ? { result: outcome } : { errors: JSON.stringify(outcome.errors) }
  } catch (error) {
    return { errors: JSON.stringify(refusalOf(error, exchange).errors) }
  }
}

/** A token in a message may be any text, but is passed on as a header. @throws UNAUTHENTICATED */
function requireHeaderValue(authorization: string | undefined): void {
  try {
    if (authorization !== undefined) validateHeaderValue('authorization', authorization)
  } catch {
    throw codedError('UNAUTHENTICATED', 'The token has invalid characters.')
  }
}
