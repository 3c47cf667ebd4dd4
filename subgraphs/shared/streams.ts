/**
 * Subscriptions of a service: server-sent events as answers to `POST /graphql`. A stream ends when
 * its caller leaves, and in order when the service stops. Knows no domain.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import {
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  validate,
} from 'graphql'
import { createHandler } from 'graphql-sse' // MIT; the GraphQL over SSE protocol by its author
import { drained } from '../../platform/http/message/drained.ts'
import type { ServiceRequest } from './service-request.ts'

interface Streams {
  /** Answers an operation whose caller accepts `text/event-stream`. @param body the signed bytes */
  answer(request: IncomingMessage, response: ServerResponse, body: string, from: ServiceRequest): Promise<void>
  /** Ends every stream; callers resume elsewhere from their last cursor. */
  stop(): Promise<void>
}

interface StreamsOptions<Context extends object> {
  readonly schema: GraphQLSchema
  context(request: ServiceRequest): Context | Promise<Context>
  formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError
}

/** Whether the caller asks for server-sent events. */
export const wantsStream = ({ accept }: Readonly<IncomingHttpHeaders>): boolean =>
  accept?.includes('text/event-stream') ?? false

type AnyContext = Record<PropertyKey, unknown>

function formatResult(result: ExecutionResult, formatError: StreamsOptions<object>['formatError']): ExecutionResult {
  if (!result.errors) return result
  return { ...result, errors: result.errors.map((error) => formatError(error.toJSON(), error) as GraphQLError) }
}

/**
 * Codes of temporary or internal faults: an event with one is incomplete, and must not count as
 * delivered.
 */
const FAULTS: ReadonlySet<unknown> = new Set(['INTERNAL', 'SERVICE_UNAVAILABLE', 'SERVICE_TIMEOUT'])

const isWhole = ({ errors }: ExecutionResult): boolean =>
  !errors?.some(({ extensions }) => FAULTS.has(extensions?.['code']))

export function createStreams<Context extends object>({
  schema,
  context,
  formatError,
}: StreamsOptions<Context>): Streams {
  const open = new Set<AsyncGenerator<string, void, undefined>>()
  /**
   * Requests whose latest event is incomplete: their streams end before it, and the caller resumes.
   */
  const broken = new WeakSet<IncomingMessage>()
  const handle = createHandler<IncomingMessage, ServiceRequest, AnyContext>({
    schema,
    validate,
    authenticate: () => null, // one stream per connection: keeps nothing between requests
    context: async ({ context: from }) => (await context(from)) as AnyContext,
    onNext(_context, { raw }, given) {
      const result = formatResult(given as ExecutionResult, formatError)
      if (!isWhole(result)) broken.add(raw)
      return result
    },
  })
  return {
    async answer(request: IncomingMessage, response: ServerResponse, body: string, from: ServiceRequest) {
      const [events, { status, statusText, headers }] = await handle({
        method: request.method ?? 'POST',
        url: request.url ?? '/graphql',
        headers: { get: (name) => request.headers[name.toLowerCase()]?.toString() },
        body,
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
      try {
        for await (const event of events) {
          if (broken.has(request)) return void response.destroy()
          // Writes no faster than the caller reads, so that nothing piles up.
          if (!response.write(event)) await drained(response)
        }
      } finally {
        open.delete(events)
      }
      response.end()
    },
    async stop() {
      await Promise.all([...open].map((events) => events.return()))
    },
  }
}
