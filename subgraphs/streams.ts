/**
 * Subscriptions of a service: server-sent events as answers to `POST /graphql`, WebSocket at the same path. Both end when the caller
 * goes away, and both end in order when the service stops. It knows no domain.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  validate,
} from 'graphql'
import { createHandler } from 'graphql-sse' // MIT; the GraphQL over SSE protocol by its author
import { useServer as serveOver } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws' // MIT; the WebSocket server of the Node field
import { HttpError } from '../gateway/process/http.ts'
import { refuse } from '../gateway/process/unreadable.ts'
import type { ServiceRequest } from './serve.ts'

export interface Streams {
  /** Answers an operation whose caller accepts `text/event-stream`. @param body as it was signed */
  answer(request: IncomingMessage, response: ServerResponse, body: Buffer, from: ServiceRequest): Promise<void>
  /** Ends every stream: callers resume elsewhere from their last cursor. */
  stop(): Promise<void>
}

export interface StreamsOptions<Context extends object> {
  readonly schema: GraphQLSchema
  readonly server: Server
  context(request: ServiceRequest): Context | Promise<Context>
  /** The caller of an upgrade to WebSocket; throws unless the gateway signed it. */
  check(request: IncomingMessage): ServiceRequest
  formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError
}

/** What a caller can accept, and want to be answered with events. */
export const wantsStream = (request: IncomingMessage): boolean =>
  request.headers.accept?.includes('text/event-stream') ?? false

export function createStreams<Context extends object>(options: StreamsOptions<Context>): Streams {
  const sse = createSseAnswers(options)
  const sockets = createSockets(options)
  return {
    answer: sse.answer,
    async stop() {
      await Promise.all([sse.stop(), sockets.stop()])
    },
  }
}

type AnyContext = Record<PropertyKey, unknown>

function formatResult(result: ExecutionResult, formatError: StreamsOptions<object>['formatError']): ExecutionResult {
  if (!result.errors) return result
  return { ...result, errors: result.errors.map((error) => formatError(error.toJSON(), error) as GraphQLError) }
}

/** Codes of faults that pass, or that are ours: an event with one was not read whole, and must not count as delivered. */
const FAULTS: ReadonlySet<unknown> = new Set(['INTERNAL', 'SERVICE_UNAVAILABLE', 'SERVICE_TIMEOUT'])

const isWhole = ({ errors }: ExecutionResult): boolean =>
  !errors?.some(({ extensions }) => FAULTS.has(extensions?.['code']))

function createSseAnswers<Context extends object>({ schema, context, formatError }: StreamsOptions<Context>) {
  const open = new Set<AsyncGenerator<string, void, undefined>>()
  /** Requests whose latest event could not be read whole: their streams end before it, and the caller resumes. */
  const broken = new WeakSet<IncomingMessage>()
  const handle = createHandler<IncomingMessage, ServiceRequest, AnyContext>({
    schema,
    validate,
    authenticate: () => null, // one stream, one connection: nothing is kept between requests
    context: async ({ context: from }) => (await context(from)) as AnyContext,
    onNext(_context, { raw }, given) {
      const result = formatResult(given as ExecutionResult, formatError)
      if (!isWhole(result)) broken.add(raw)
      return result
    },
  })
  return {
    async answer(request: IncomingMessage, response: ServerResponse, body: Buffer, from: ServiceRequest) {
      const [events, { status, statusText, headers }] = await handle({
        method: request.method ?? 'POST',
        url: request.url ?? '/graphql',
        headers: { get: (name) => request.headers[name.toLowerCase()]?.toString() },
        body: body.toString('utf8'),
        raw: request,
        context: from,
      })
      response.writeHead(status, statusText, { ...headers, 'cache-control': 'no-store' })
      if (events === null || typeof events === 'string') {
        response.end(events ?? '')
        return
      }
      open.add(events)
      response.once('close', () => void events.return())
      response.flushHeaders()
      for await (const event of events) {
        if (broken.has(request)) {
          response.destroy()
          break
        }
        // A caller that reads slowly is written to slowly: nothing piles up here.
        if (!response.write(event))
          await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
      }
      open.delete(events)
      response.end()
    },
    async stop() {
      await Promise.all([...open].map((events) => events.return()))
    },
  }
}

const GOING_AWAY = 1001
const NOT_SIGNED = new HttpError(403, 'FORBIDDEN', 'Only the gateway may call this service.')

function createSockets<Context extends object>(options: StreamsOptions<Context>) {
  const { schema, server, context, check, formatError } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 })
  const callers = new WeakMap<IncomingMessage, ServiceRequest>()
  const served = serveOver(
    {
      schema,
      context: async ({ extra }) => {
        const caller = callers.get(extra.request)
        return caller ? context(caller) : {}
      },
      onNext({ extra }, _id, _payload, _args, given) {
        const result = formatResult(given as ExecutionResult, formatError)
        // Closed without a farewell, so that the client comes back with its last cursor.
        if (!isWhole(result)) extra.socket.terminate()
        return result as FormattedExecutionResult
      },
    },
    sockets,
  )
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    try {
      callers.set(request, check(request))
    } catch {
      return refuse(socket, NOT_SIGNED)
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => sockets.emit('connection', accepted, request))
  })
  return {
    async stop() {
      for (const client of sockets.clients) client.close(GOING_AWAY, 'The service is stopping.')
      await served.dispose()
    },
  }
}
