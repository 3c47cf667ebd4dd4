/**
 * Assembles the gateway from a `Config`, and stops it without losing a request. Reads no
 * environment.
 */

import { createFastPath } from '../platform/http/fast-path/fast-path.ts'
import { createBodyRoom } from '../platform/http/message/body-room.ts'
import { createClientAddress } from '../platform/http/message/client-address.ts'
import { type HttpListener, type ListenOptions, listen } from '../platform/http/server/listen.ts'
import { freeStartupMemory } from '../platform/memory/free-startup-memory.ts'
import type { LifecycleState, RunningProcess } from '../platform/process/lifecycle.ts'
import type { Logger } from '../platform/process/log.ts'
import { Registry } from '../platform/process/prometheus.ts'
import { StartRefused } from '../platform/process/settings.ts'
import type { VerifyAuthorization } from '../platform/protocol/caller.ts'
import type { IdentitySettings } from '../platform/protocol/identity-settings.ts'
import type { AdminCommands } from './admin/commands.ts'
import { createAdminRoutes } from './admin/routes.ts'
import type { Config } from './config/config.ts'
import type { AdminSettings } from './config/sections/admin.ts'
import { type Serving, serveSupergraph } from './edition/serve.ts'
import { type Limits, limitsOfWorker } from './limits/limits.ts'
import { createLimitReports } from './limits/report.ts'
import { readShippedOperations } from './operations/shipped.ts'
import { openPlayground } from './playground/open.ts'
import { createOperations } from './request/answer.ts'
import { createExecute } from './request/execute.ts'
import { createRequestMetrics } from './request/metrics.ts'
import { createPerform } from './request/perform.ts'
import { createPolicies } from './request/policies.ts'
import { createRefusalOf } from './request/refusal.ts'
import { createRoutes } from './request/routes.ts'
import { createFiles } from './request/service-files.ts'
import { createStart } from './subscriptions/start.ts'
import { createStreams } from './subscriptions/streams.ts'
import { createSubscribe } from './subscriptions/subscribe.ts'
import { createMemoryStore } from './traffic/cache/memory.ts'
import type { AnswerStore } from './traffic/cache/store.ts'
import { openSockets } from './websocket/sockets.ts'

const CACHE_BYTES = 128 * 1024 * 1024 // of heap, for answers of stateless services
const DRAIN_TIMEOUT = 20_000 // milliseconds, grace included
const SOCKETS_TIMEOUT = 10_000 // milliseconds of these, for operations on WebSockets
const GRACE = { quiet: 500, longest: 5_000 } // milliseconds

export interface RunningGateway extends RunningProcess {
  /** Base address of the public port. */
  readonly url: string
  readonly commands: AdminCommands
  /** The metrics of `commands.metrics`. */
  readonly registry: Registry
}

/** @throws StartRefused if the supergraph or the port cannot be used */
export async function startGateway(
  config: Config,
  log: Logger,
  limits: Limits = config.limits,
): Promise<RunningGateway> {
  let state: LifecycleState = 'starting'
  const { cors, production, identity, safelist } = config
  const clientAddress = createClientAddress(config.trustedProxies)
  const verify = identity && (await openVerifier(identity))
  const shared = limitsOfWorker(limits, config.workers)
  const policies = createPolicies({ limits: shared, cors, introspection: !production, safelist, verify })
  const registry = new Registry()
  const reportLimit = createLimitReports(registry, log)
  const room = createBodyRoom(shared.unfinishedBodyBytes)
  const store = await openStore(config, log)
  const shipped = await readShippedOperations()
  const expected = [...(safelist?.values() ?? shipped.map(({ document }) => document))]
  const serving = await serveSupergraph(config, {
    log,
    limits: shared,
    checks: policies.document,
    onPlanningWork: policies.budget.chargePlanning,
    reportLimit,
    registry,
    store,
    expected,
  })
  const { editions } = serving
  const streams = createStreams(shared)
  const start = createStart(streams, createSubscribe(log))
  const count = createRequestMetrics(registry, () => streams.count)
  const perform = createPerform({ policies, editions, execute: createExecute(log), start })
  const operations = { perform, policies, count, refusalOf: createRefusalOf({ count, reportLimit, log }) }
  const answerOperation = createOperations(operations)
  const routes = createRoutes({
    answerOperation,
    servePlayground: await openPlayground(config, editions.current.schema, shipped),
    serveFile: createFiles(editions, cors),
    cors,
    room,
    clientAddress,
    state: () => state,
  })
  const listener = await open('PORT', routes, {
    host: config.host,
    port: config.port,
    ...(config.fastPath && { fastPath: createFastPath({ answer: answerOperation, clientAddress, room }) }),
    bounds: {
      connections: shared.connections,
      headSeconds: limits.headSeconds,
      bodySeconds: limits.bodySeconds,
      refused: (limit, address = 'unknown') => reportLimit(limit, `address ${address}`),
    },
  })
  const sockets = openSockets({
    ...operations,
    server: listener.server,
    limits: shared,
    corsOrigins: cors.origins,
    clientAddress,
    reportLimit,
    log,
  })
  freeStartupMemory()
  state = 'ready'
  return {
    url: listener.url,
    registry,
    commands: commandsOf(serving, registry, () => state),
    async stop() {
      state = 'draining'
      // Streams end first, so that their clients have time to resume elsewhere.
      streams.end()
      const began = performance.now()
      await sockets.close(SOCKETS_TIMEOUT)
      await listener.drain(DRAIN_TIMEOUT - GRACE.longest - (performance.now() - began), GRACE)
      await serving.close()
      await store.close()
      state = 'stopped'
    },
  }
}

const commandsOf = (
  { editions, replace }: Serving,
  registry: Registry,
  state: AdminCommands['state'],
): AdminCommands => ({
  state,
  services: async () => editions.current.traffic.status(),
  metrics: () => registry.metrics(),
  purge: (tags) => editions.current.traffic.purge(tags),
  replaceSupergraph: async (supergraph) => (await replace(supergraph)).id,
})

/** Imported lazily: `jose` is not needed if tokens are opaque. */
async function openVerifier(identity: IdentitySettings): Promise<VerifyAuthorization> {
  const { createVerifier } = await import('../platform/protocol/caller.ts')
  return createVerifier(identity)
}

async function openStore({ redis, workers }: Config, log: Logger): Promise<AnswerStore> {
  const near = createMemoryStore(CACHE_BYTES / workers)
  if (redis.url === undefined) return near
  // Imported lazily: the Redis client takes several megabytes.
  const { createRedisStore } = await import('./traffic/cache/redis.ts')
  return createRedisStore(redis.url, near, log)
}

/** Listens on the admin port. @throws StartRefused if the port cannot be used */
export const openAdmin = (commands: AdminCommands, settings: AdminSettings): Promise<HttpListener> =>
  open('ADMIN_PORT', createAdminRoutes(commands, settings), { host: settings.host, port: settings.port })

async function open(
  setting: string,
  handle: Parameters<typeof listen>[0],
  options: ListenOptions,
): Promise<HttpListener> {
  const { host, port } = options
  return listen(handle, options).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code})`
    throw new StartRefused(`${setting}: ${host}:${port} ${reason}.`)
  })
}
