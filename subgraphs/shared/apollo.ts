/** Apollo Server as the executor of one service, without HTTP. */
import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled'
import { GraphQLError, type GraphQLSchema } from 'graphql'
import { parseJson } from '../../platform/http/message/http-error.ts'
import type { HttpReply } from '../../platform/http/message/message.ts'
import type { Logger } from '../../platform/process/log.ts'
import { isErrorCode } from '../../platform/protocol/errors.ts'
import { createDocumentStore } from './documents.ts'
import { createKnownOperations, type FormatError } from './known-operations.ts'
import { withLiteralCode } from './scalar-literals.ts'
import type { Service } from './service.ts'
import type { ServiceRequest } from './service-request.ts'

export interface ServiceExecutor {
  /**
   * Executes the operation of a signed JSON body, and sends the whole answer.
   * @param headers of the answer, names and values, alternating; read when it is sent
   */
  answer(request: ServiceRequest, body: string, reply: HttpReply, headers: () => readonly string[]): Promise<void>
  stop(): Promise<void>
}

interface ExecutorOptions<Context extends object> {
  readonly kind: 'stateful' | 'stateless'
  readonly schema: GraphQLSchema
  readonly service: Service<Context>
  readonly formatError: FormatError
  readonly log: Logger
}

export function createExecutor<Context extends object>({
  kind,
  schema,
  service,
  formatError,
  log,
}: ExecutorOptions<Context>): ServiceExecutor {
  const documentStore = createDocumentStore()
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: false,
    csrfPrevention: false, // the signature already proves that no browser sent this
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: 20_000 },
    documentStore,
    logger: log,
    formatError,
    plugins: [
      ApolloServerPluginInlineTraceDisabled(), // its protobuf library alone takes megabytes of every instance
      ...(kind === 'stateful' ? [ApolloServerPluginCacheControlDisabled(), noStore] : []),
    ],
  })
  apollo.startInBackgroundHandlingStartupErrorsByLoggingAndFailingAllRequests()
  // Hints of how long an answer may be kept are collected by Apollo Server's pipeline.
  const operations =
    kind === 'stateful' ? createKnownOperations({ schema, formatError, known: documentStore.known }) : undefined

  /** The body of the answer; undefined if Apollo Server must answer. */
  const answerKnown = async (request: ServiceRequest, body: unknown): Promise<string | undefined> => {
    const known = operations?.find(body)
    if (!operations || !known) return undefined
    let context: Context
    try {
      context = await service.context(request)
    } catch {
      return undefined // Apollo Server meets the same error, and reports it
    }
    return operations.run(known, context)
  }
  const answerByApollo = async (
    request: ServiceRequest,
    body: unknown,
    reply: HttpReply,
    headers: () => readonly string[],
  ): Promise<void> => {
    let context: Context | undefined
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body,
      },
      context: async () => {
        context = await service.context(request)
        return context
      },
    })
    const own = context === undefined ? {} : (service.headers?.(context) ?? {})
    const all = new Map([...answer.headers, ...Object.entries(own)])
    const pieces: string[] = []
    if (answer.body.kind === 'complete') pieces.push(answer.body.string)
    else for await (const piece of answer.body.asyncIterator) pieces.push(piece)
    reply.send(answer.status ?? 200, [...headers(), ...[...all].flat()], Buffer.from(pieces.join('')))
  }
  return {
    async answer(request, text, reply, headers) {
      const body = parseJson(text)
      const known = await answerKnown(request, body)
      if (known === undefined) await answerByApollo(request, body, reply, headers)
      else reply.send(200, [...headers(), ...KNOWN_HEADERS], Buffer.from(known))
    },
    stop: () => apollo.stop(),
  }
}

const KNOWN_HEADERS = ['cache-control', 'no-store', 'content-type', 'application/json; charset=utf-8']

const noStore: ApolloServerPlugin = {
  requestDidStart: async () => ({
    willSendResponse: async ({ response }) => {
      response.http.headers.set('cache-control', 'no-store')
    },
  }),
}

/** Coded errors are meant for the client; any other is an internal fault, and goes to the log. */
export const createFormatError =
  (log: Logger, explain: Service<object>['explain']): FormatError =>
  (given, error) => {
    const formatted = withLiteralCode(given, error)
    const code = formatted.extensions?.['code']
    if (isErrorCode(code) && code !== 'INTERNAL') return formatted
    const { locations: _locations, ...rest } = formatted
    const explained = explain?.(error instanceof GraphQLError ? (error.originalError ?? error) : error)
    if (explained) {
      log.warn({ err: error }, explained.message)
      return { ...rest, message: explained.message, extensions: explained.extensions }
    }
    log.error({ err: error }, 'a resolver failed')
    return { ...rest, message: 'Internal error.', extensions: { code: 'INTERNAL' } }
  }
