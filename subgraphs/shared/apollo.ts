/** Apollo Server as the executor of one service, without HTTP. */
import type { ServerResponse } from 'node:http'
import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled'
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql'
import { parseJson } from '../../platform/http/message/http-error.ts'
import type { Logger } from '../../platform/process/log.ts'
import { isErrorCode } from '../../platform/protocol/errors.ts'
import { createDocumentStore } from './documents.ts'
import { withLiteralCode } from './scalar-literals.ts'
import type { Service } from './service.ts'
import type { ServiceRequest } from './service-request.ts'

/** What clients may know of an error. */
type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError

interface ServiceExecutor {
  /** Executes the operation of a signed JSON body, and writes the whole response. */
  answer(request: ServiceRequest, body: Buffer, response: ServerResponse): Promise<void>
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
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: false,
    csrfPrevention: false, // the signature already proves that no browser sent this
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: 20_000 },
    documentStore: createDocumentStore(),
    logger: log,
    formatError,
    plugins: [
      ApolloServerPluginInlineTraceDisabled(), // its protobuf library alone takes megabytes of every instance
      ...(kind === 'stateful' ? [ApolloServerPluginCacheControlDisabled(), noStore] : []),
    ],
  })
  apollo.startInBackgroundHandlingStartupErrorsByLoggingAndFailingAllRequests()
  return {
    async answer(request, body, response) {
      let context: Context | undefined
      const answer = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: 'POST',
          headers: new HeaderMap([['content-type', 'application/json']]),
          search: '',
          body: parseJson(body.toString('utf8')),
        },
        context: async () => {
          context = await service.context(request)
          return context
        },
      })
      for (const [name, value] of answer.headers) response.setHeader(name, value)
      const own = context === undefined ? {} : (service.headers?.(context) ?? {})
      for (const [name, value] of Object.entries(own)) response.setHeader(name, value)
      response.statusCode = answer.status ?? 200
      if (answer.body.kind === 'complete') response.end(answer.body.string)
      else for await (const chunk of answer.body.asyncIterator) response.write(chunk)
      response.end()
    },
    stop: () => apollo.stop(),
  }
}

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
