/**
 * What every service shares: HTTP, the gateway's signature, health, drain and logs. It knows no
 * domain and keeps nothing between requests.
 */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { GraphQLError, type GraphQLFormattedError, parse } from 'graphql'
import { z } from 'zod'
import { readBody } from '../../platform/http/message/body.ts'
import { HttpError, parseJson, sendHttpError, sendJson } from '../../platform/http/message/http-error.ts'
import { listen } from '../../platform/http/server/listen.ts'
import {
  announceReady,
  type LifecycleState,
  type RunningProcess,
  runProcess,
} from '../../platform/process/lifecycle.ts'
import { createLogger, type Logger } from '../../platform/process/log.ts'
import { METRICS_TYPE, Registry } from '../../platform/process/prometheus.ts'
import { gatewaySecret, port, processSettings, readSettings } from '../../platform/process/settings.ts'
import { isErrorCode } from '../../platform/protocol/errors.ts'
import {
  CALL_HEADER,
  PERSPECTIVE_HEADER,
  REQUEST_ID_HEADER,
  SIGNATURE_HEADER,
  verifySignature,
} from '../../platform/protocol/signature.ts'
import { createAdmission } from './admission.ts'
import { createDocumentStore } from './documents.ts'
import { codeWrongLiterals, withLiteralCode } from './scalar-literals.ts'
import type { ServiceRequest } from './service-request.ts'

type Environment = Readonly<Record<string, string | undefined>>
// biome-ignore lint/suspicious/noExplicitAny: the type `@apollo/subgraph` itself gives to resolvers
type Resolvers = any

/** The domain's side of a running service. */
export interface Service<Context extends object> {
  readonly resolvers: Resolvers
  /** Made anew for each request. A rejection with a coded error is the answer. */
  context(request: ServiceRequest): Context | Promise<Context>
  /**
   * Headers that depend on what the resolvers did (`vary`, a stricter `cache-control`); asked for
   * after they have run.
   */
  headers?(context: Context): Readonly<Record<string, string>>
  /** A coded error for a fault that clients may know of: a database that is away. */
  explain?(error: unknown): GraphQLError | undefined
  /**
   * Answers signed GET and HEAD requests beside `/graphql` and `/health`; false where it has
   * nothing at `path`.
   */
  get?(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>
  /** Rejects while the service cannot serve (a database is away); asked by `/health/ready`. */
  ready?(): Promise<void>
  /** Called after the last request. */
  close?(): Promise<void>
}

export interface ServiceDefinition<Shape extends z.ZodRawShape, Context extends object> {
  readonly name: string
  readonly kind: 'stateful' | 'stateless'
  /** The SDL file. */
  readonly schema: URL
  /** Settings of its own, beside those of every service. */
  readonly settings: Shape
  /** What is wrong with several settings together. */
  faults?(env: Environment): readonly string[]
  /** @param registry what is put there is answered at `/metrics` */
  create(settings: Readonly<z.output<z.ZodObject<Shape>>>, log: Logger, registry: Registry): Promise<Service<Context>>
}

/** A started service. `stop` drains. */
export interface RunningService extends RunningProcess {
  readonly url: string
}

const MAX_BODY = 4 * 1024 * 1024 // bytes; the gateway's own limit is lower, entity batches are larger
const DRAIN_TIMEOUT = 20_000 // milliseconds

const serviceSettings = { ...processSettings, PORT: port.default(0), GATEWAY_SECRET: gatewaySecret }

/** Starts a service from an environment. @throws SettingsError naming every wrong setting */
export async function startService<Shape extends z.ZodRawShape, Context extends object>(
  definition: ServiceDefinition<Shape, Context>,
  env: Environment,
): Promise<RunningService> {
  const settings = z.object(serviceSettings).extend(definition.settings)
  const common = readSettings(settings, env, definition.faults?.(env)) as Readonly<
    z.output<z.ZodObject<typeof serviceSettings>> & z.output<z.ZodObject<Shape>>
  >
  const log = createLogger(definition.name, common.LOG_LEVEL)
  const registry = new Registry()
  const service = await definition.create(common, log, registry)
  const schema = buildSubgraphSchema({
    typeDefs: parse(await readFile(definition.schema, 'utf8')),
    resolvers: service.resolvers,
  })
  codeWrongLiterals(schema)
  const formatError = (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError =>
    maskError(formatted, error, log, service.explain)
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
      ...(definition.kind === 'stateful' ? [ApolloServerPluginCacheControlDisabled(), noStore] : []),
    ],
  })
  apollo.startInBackgroundHandlingStartupErrorsByLoggingAndFailingAllRequests()
  let state: LifecycleState = 'starting'
  const admit = createAdmission()

  const answerHealth = async (response: ServerResponse, path: string): Promise<void> => {
    const health = { service: definition.name, kind: definition.kind, pid: process.pid }
    if (path === '/health/live') return sendJson(response, 200, { ...health, status: 'live' })
    const able =
      state === 'ready' &&
      (await (service.ready?.() ?? Promise.resolve()).then(
        () => true,
        () => false,
      ))
    sendJson(response, able ? 200 : 503, {
      ...health,
      status: able ? 'ready' : state === 'ready' ? 'unavailable' : state,
    })
  }

  /** @throws HttpError 403 unless the gateway sent exactly this */
  const checkSignature = (request: IncomingMessage, path: string, body: Buffer): ServiceRequest => {
    const header = (name: string): string | undefined => request.headers[name]?.toString()
    const serviceRequest: ServiceRequest = {
      authorization: header('authorization'),
      perspective: header(PERSPECTIVE_HEADER),
      acceptLanguage: header('accept-language'),
      requestId: header(REQUEST_ID_HEADER),
    }
    const { authorization, perspective, requestId } = serviceRequest
    const callId = header(CALL_HEADER)
    const signed = { method: request.method ?? '', path, body, authorization, perspective, requestId, callId }
    if (verifySignature(common.GATEWAY_SECRET, signed, header(SIGNATURE_HEADER))) return serviceRequest
    throw new HttpError(403, 'FORBIDDEN', 'Only the gateway may call this service.')
  }

  const answerGet = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    if (path === '/health/live' || path === '/health/ready') return answerHealth(response, path)
    if (path === '/metrics') return void response.setHeader('content-type', METRICS_TYPE).end(await registry.metrics())
    if (service.get) {
      checkSignature(request, path, Buffer.alloc(0))
      if (await service.get(request, response, path)) return
    }
    throw new HttpError(404, 'BAD_USER_INPUT', 'There is nothing here.')
  }

  const answerOperation = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const body = await readBody(request, MAX_BODY)
    const serviceRequest = checkSignature(request, path, body)
    if (streams && streaming?.wantsStream(request)) return streams.answer(request, response, body, serviceRequest)
    const turn = admit(serviceRequest.authorization ?? '')
    if (turn) await turn
    // The gateway gave it up while it waited: nobody would read the answer, and nothing was begun.
    if (response.destroyed) return
    let context: Context | undefined
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body: parseJson(body.toString('utf8')),
      },
      context: async () => {
        context = await service.context(serviceRequest)
        return context
      },
    })
    for (const [name, value] of answer.headers) response.setHeader(name, value)
    for (const [name, value] of Object.entries(headersOf(service, context))) response.setHeader(name, value)
    response.statusCode = answer.status ?? 200
    if (answer.body.kind === 'complete') response.end(answer.body.string)
    else for await (const chunk of answer.body.asyncIterator) response.write(chunk)
    response.end()
  }

  // Its libraries take megabytes: only who streams loads them.
  const streaming = schema.getSubscriptionType() ? await import('./streams.ts') : undefined
  const listener = await listen(
    async (request, response) => {
      const path = request.url ?? '/'
      const callId = request.headers[CALL_HEADER]
      // Refusals and files too: an answer that names no call is nobody's.
      if (callId !== undefined) response.setHeader(CALL_HEADER, callId)
      try {
        if (request.method === 'GET' || request.method === 'HEAD') await answerGet(request, response, path)
        else if (request.method === 'POST' && path === '/graphql') await answerOperation(request, response, path)
        else throw new HttpError(405, 'BAD_USER_INPUT', 'Operations are sent with POST to /graphql.', { allow: 'POST' })
      } catch (error) {
        if (error instanceof HttpError) return sendHttpError(response, error)
        const explained = response.headersSent ? undefined : service.explain?.(error)
        if (!explained) throw error
        log.warn({ err: error }, explained.message)
        sendJson(response, 503, { errors: [explained] })
      }
    },
    { host: common.HOST, port: common.PORT },
  )
  const streams = streaming
    ? streaming.createStreams({
        schema,
        context: (request) => service.context(request),
        formatError,
      })
    : undefined
  state = 'ready'
  return {
    url: listener.url,
    async stop() {
      state = 'draining'
      await streams?.stop()
      await listener.drain(DRAIN_TIMEOUT)
      await apollo.stop()
      await service.close?.()
      state = 'stopped'
    },
  }
}

/**
 * The whole of a service's `main.ts`: starts it, tells the supervisor, stays until told to stop.
 */
export async function serve<Shape extends z.ZodRawShape, Context extends object>(
  definition: ServiceDefinition<Shape, Context>,
): Promise<void> {
  const log = createLogger(definition.name, 'info')
  await runProcess(log, async () => {
    const service = await startService(definition, process.env)
    announceReady(service.url)
    return service
  })
}

const noStore: ApolloServerPlugin = {
  requestDidStart: async () => ({
    willSendResponse: async ({ response }) => {
      response.http.headers.set('cache-control', 'no-store')
    },
  }),
}

function headersOf<Context extends object>(service: Service<Context>, context: Context | undefined) {
  return context === undefined ? {} : (service.headers?.(context) ?? {})
}

/** Coded errors are meant for the client; anything else is a fault of ours and stays in the log. */
function maskError(
  given: GraphQLFormattedError,
  error: unknown,
  log: Logger,
  explain: Service<object>['explain'],
): GraphQLFormattedError {
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
