/**
 * What every service shares: HTTP, the gateway's signature, health, drain and logs. Knows no
 * domain, and keeps nothing between requests.
 */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type GraphQLSchema, parse } from 'graphql'
import { z } from 'zod'
import { readBody } from '../../platform/http/message/body.ts'
import { HttpError, JSON_HEADERS, sendHttpError, sendJson } from '../../platform/http/message/http-error.ts'
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
import { CALL_HEADER } from '../../platform/protocol/signature.ts'
import { createAdmission } from './admission.ts'
import { createExecutor, createFormatError } from './apollo.ts'
import { createAnswerHealth } from './health.ts'
import { codeWrongLiterals } from './scalar-literals.ts'
import type { Environment, Service, ServiceDefinition } from './service.ts'
import type { ServiceRequest } from './service-request.ts'
import { createReadSigned, type ReadSigned } from './signed-request.ts'

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
  const { name, kind } = definition
  const shape = z.object(serviceSettings).extend(definition.settings)
  const settings = readSettings(shape, env, definition.faults?.(env)) as Readonly<
    z.output<z.ZodObject<typeof serviceSettings>> & z.output<z.ZodObject<Shape>>
  >
  const log = createLogger(name, settings.LOG_LEVEL)
  const registry = new Registry()
  const service = await definition.create(settings, log, registry)
  const schema = await buildSchema(definition.schema, service)
  const formatError = createFormatError(log, service.explain)
  const executor = createExecutor({ kind, schema, service, formatError, log })
  // Imported lazily: its libraries take megabytes, and only services with subscriptions need them.
  const streaming = schema.getSubscriptionType() ? await import('./streams.ts') : undefined
  const context = (request: ServiceRequest) => service.context(request)
  const streams = streaming?.createStreams({ schema, context, formatError })
  const readSigned = createReadSigned(settings.GATEWAY_SECRET)
  const admit = createAdmission()
  let state: LifecycleState = 'starting'

  const answerOperation: Answer = async (request, response, path) => {
    const body = await readBody(request, MAX_BODY)
    const signed = readSigned(request, path, body)
    if (streams && streaming?.wantsStream(request)) return streams.answer(request, response, body, signed)
    const turn = admit(signed.authorization ?? '')
    if (turn) await turn
    // The gateway cancelled it while it waited, before any work.
    if (!response.destroyed) await executor.answer(signed, body, response)
  }
  const ready = (): Promise<void> => service.ready?.() ?? Promise.resolve()
  const answerHealth = createAnswerHealth({ service: name, kind }, () => state, ready)
  const answerGet: Answer = async (request, response, path) => {
    if (path === '/health/live' || path === '/health/ready') return answerHealth(response, path)
    if (path === '/metrics') return void response.setHeader('content-type', METRICS_TYPE).end(await registry.metrics())
    if (await answerFile(service, readSigned, request, response, path)) return
    throw new HttpError(404, 'BAD_USER_INPUT', 'Nothing is served at this path.')
  }
  const listener = await listen(createRoutes({ answerGet, answerOperation, service, log }), {
    host: settings.HOST,
    port: settings.PORT,
  })
  service.listening?.(listener.url)
  state = 'ready'
  return {
    url: listener.url,
    async stop() {
      state = 'draining'
      const retired = service.retire?.()
      await streams?.stop()
      await listener.drain(DRAIN_TIMEOUT)
      await retired
      await executor.stop()
      await service.close?.()
      state = 'stopped'
    },
  }
}

/**
 * Everything that a service's `main.ts` does: starts it, announces it to the supervisor, and runs
 * until it is stopped.
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

async function buildSchema(file: URL, { resolvers }: Pick<Service<object>, 'resolvers'>): Promise<GraphQLSchema> {
  const schema = buildSubgraphSchema({ typeDefs: parse(await readFile(file, 'utf8')), resolvers })
  codeWrongLiterals(schema)
  return schema
}

type Answer = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>

/** False if the service has nothing at the path. */
async function answerFile(
  service: Pick<Service<object>, 'get'>,
  readSigned: ReadSigned,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  if (!service.get) return false
  readSigned(request, path, Buffer.alloc(0))
  return service.get(request, response, path)
}

/** False if the service takes nothing at the path. */
async function answerOwn(
  { post }: Pick<Service<object>, 'post'>,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  const answer = post?.(request, path)
  if (!answer) return false
  const body = await answer
  response.writeHead(200, { ...JSON_HEADERS, 'content-length': Buffer.byteLength(body) }).end(body)
  return true
}

interface Routes {
  readonly answerGet: Answer
  readonly answerOperation: Answer
  readonly service: Pick<Service<object>, 'explain' | 'post'>
  readonly log: Logger
}

const createRoutes =
  ({ answerGet, answerOperation, service, log }: Routes) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/'
    const callId = request.headers[CALL_HEADER]
    // For refusals and files too: the gateway discards an answer without its call id.
    if (callId !== undefined) response.setHeader(CALL_HEADER, callId)
    try {
      if (request.method === 'GET' || request.method === 'HEAD') await answerGet(request, response, path)
      else if (request.method === 'POST' && path === '/graphql') await answerOperation(request, response, path)
      else if (request.method !== 'POST' || !(await answerOwn(service, request, response, path)))
        throw new HttpError(405, 'BAD_USER_INPUT', 'Operations are sent with POST to /graphql.', { allow: 'POST' })
    } catch (error) {
      if (error instanceof HttpError) return sendHttpError(response, error)
      const explained = response.headersSent ? undefined : service.explain?.(error)
      if (!explained) throw error
      log.warn({ err: error }, explained.message)
      sendJson(response, 503, { errors: [explained] })
    }
  }
