/** Puts the gateway together from a `Config`, and takes it apart without losing a request. Reads no environment. */
import { readFile } from 'node:fs/promises'
import { type GraphQLSchema, parse, validate } from 'graphql'
import { Registry } from 'prom-client'
import type { Config } from './config.ts'
import { readShippedOperations } from './operations.ts'
import { createPlayground, type ServePlayground } from './playground/serve.ts'
import { type HttpListener, listen } from './process/http.ts'
import type { LifecycleState, RunningProcess } from './process/lifecycle.ts'
import type { Logger } from './process/log.ts'
import { StartRefused } from './process/settings.ts'
import { createVerifier } from './protocol/caller.ts'
import { demoCallers, demoIdentity } from './protocol/demo-identity.ts'
import { createAdminRoutes } from './request/admin.ts'
import { defaultLimits, type Limits } from './request/limits.ts'
import { createOperations } from './request/operations.ts'
import { createPolicies } from './request/policies.ts'
import { createRoutes } from './request/routes.ts'
import { openEdition } from './supergraph/edition.ts'
import { createMemoryStore } from './traffic/cache/memory.ts'
import { createTrafficMetrics } from './traffic/metrics.ts'
import { createTraffic } from './traffic/traffic.ts'

const CACHE_BYTES = 128 * 1024 * 1024 // of heap, for answers of stateless services
const DRAIN_TIMEOUT = 20_000 // milliseconds

export interface RunningGateway extends RunningProcess {
  /** Base address of the public port. */
  readonly url: string
  /** Base address of the admin port. */
  readonly adminUrl: string
}

/** @throws StartRefused where the supergraph or a port cannot be used */
export async function startGateway(
  config: Config,
  log: Logger,
  limits: Limits = defaultLimits,
): Promise<RunningGateway> {
  let state: LifecycleState = 'starting'
  const { services, secret, corsOrigins, ownServices, production, identity } = config
  const supergraph = await readFile(config.supergraphFile, 'utf8').catch(refuse('The supergraph cannot be read.'))
  const verify = identity && (await createVerifier(identity))
  const policies = createPolicies({ limits, corsOrigins, introspection: !production, verify })
  const registry = new Registry()
  const store = createMemoryStore(CACHE_BYTES)
  const metrics = createTrafficMetrics(registry)
  const traffic = createTraffic({ services, secret, probing: ownServices, store, metrics, log })
  const edition = await openEdition(supergraph, {
    limits,
    policies,
    send: traffic.send,
    hideSchema: production,
    log,
  }).catch(refuse('The supergraph cannot be served.'))
  const answerOperation = createOperations({ policies, currentEdition: () => edition, log })
  const servePlayground = await openPlayground(config, edition.schema)
  const routes = createRoutes({ answerOperation, servePlayground, corsOrigins, state: () => state })
  const admin = await open('ADMIN_PORT', createAdminRoutes({ traffic, registry }), '127.0.0.1', config.adminPort)
  const listener = await open('PORT', routes, config.host, config.port)
  state = 'ready'
  return {
    url: listener.url,
    adminUrl: admin.url,
    async stop() {
      state = 'draining'
      await listener.drain(DRAIN_TIMEOUT)
      await edition.close()
      await traffic.close()
      await admin.drain(0)
      state = 'stopped'
    },
  }
}

/** With the operations that fit the schema as tabs, and the demo identity where it is the one in use. */
async function openPlayground({ identity, dataDir, host }: Config, schema: GraphQLSchema): Promise<ServePlayground> {
  const shipped = await readShippedOperations()
  const tabs = shipped
    .filter(({ document }) => validate(schema, parse(document)).length === 0)
    .map(({ document, variables }) => ({
      query: document,
      variables: Object.keys(variables).length === 0 ? '' : JSON.stringify(variables, null, 2),
    }))
  const isDemo = identity !== undefined && identity.jwksUrl === undefined
  const demo = isDemo ? await demoIdentity(dataDir) : undefined
  return createPlayground({
    tabs,
    demo: demo && { names: Object.keys(demoCallers), sign: (name, lifetime) => demo.sign(name, lifetime), host },
  })
}

async function open(
  setting: string,
  handle: Parameters<typeof listen>[0],
  host: string,
  port: number,
): Promise<HttpListener> {
  return listen(handle, { host, port }).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be listened on (${error.code})`
    throw new StartRefused(`${setting}: ${host}:${port} ${reason}.`)
  })
}

const refuse =
  (message: string) =>
  (error: unknown): never => {
    throw new StartRefused(`${message} ${error instanceof Error ? error.message : ''}`.trim())
  }
