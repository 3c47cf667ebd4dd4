/**
 * Shared by all services: HTTP, the gateway's signature, health, drain and logs. Knows no domain,
 * and keeps nothing between requests.
 */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type GraphQLSchema, parse } from 'graphql'
import { z } from 'zod'
import { createFastPath } from '../../platform/http/fast-path/fast-path.ts'
import { readBody } from '../../platform/http/message/body.ts'
import { HttpError } from '../../platform/http/message/http-error.ts'
import { listen } from '../../platform/http/server/listen.ts'
import {
  announceReady,
  type LifecycleState,
  type RunningProcess,
  runProcess,
} from '../../platform/process/lifecycle.ts'
import { createLogger } from '../../platform/process/log.ts'
import { METRICS_TYPE, Registry } from '../../platform/process/prometheus.ts'
import { gatewaySecret, port, processSettings, readSettings } from '../../platform/process/settings.ts'
import { createAdmission } from './admission.ts'
import { createExecutor, createFormatError } from './apollo.ts'
import { createAnswerHealth } from './health.ts'
import { addNodeIds } from './nodes.ts'
import { type Answer, createAnswerOperation, createRoutes, MAX_BODY } from './routes.ts'
import { codeWrongLiterals } from './scalar-literals.ts'
import type { Environment, Service, ServiceDefinition } from './service.ts'
import type { ServiceRequest } from './service-request.ts'
import { createReadSigned, type ReadSigned } from './signed-request.ts'

/** A started service. `stop` drains. */
export interface RunningService extends RunningProcess {
  readonly url: string
}

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

  const answerOperation = createAnswerOperation({ service, log, readSigned, admit, answer: executor.answer })
  const answerStream: Answer = async (request, response, path) => {
    const body = (await readBody(request, MAX_BODY)).toString('utf8')
    await streams?.answer(request, response, body, readSigned(request, path, body))
  }
  const wantsStream = streaming?.wantsStream ?? (() => false)
  const ready = (): Promise<void> => service.ready?.() ?? Promise.resolve()
  const answerHealth = createAnswerHealth({ service: name, kind }, service, () => state, ready)
  const answerGet: Answer = async (request, response, path) => {
    if (path === '/health/live' || path === '/health/ready') return answerHealth(response, path)
    if (path === '/metrics') return void response.setHeader('content-type', METRICS_TYPE).end(await registry.metrics())
    if (await answerFile(service, readSigned, request, response, path)) return
    throw new HttpError(404, 'BAD_USER_INPUT', 'Nothing is served at this path.')
  }
  const routes = createRoutes({ answerGet, answerOperation, answerStream, wantsStream, service, log })
  const listener = await listen(routes, {
    host: settings.HOST,
    port: settings.PORT,
    fastPath: createFastPath({ answer: answerOperation, isForNode: wantsStream }),
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
  addNodeIds(schema)
  return schema
}

/** False if the service has nothing at the path. */
async function answerFile(
  service: Pick<Service<object>, 'get'>,
  readSigned: ReadSigned,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  if (!service.get) return false
  readSigned(request, path, '')
  return service.get(request, response, path)
}
