/** Puts the gateway together from a `Config`, and takes it apart without losing a request. Reads no environment. */
import { readFile } from 'node:fs/promises'
import { type GraphQLSchema, parse, validate } from 'graphql'
import { Counter, Registry } from 'prom-client'
import type { AdminCommands } from './admin.ts'
import type { Config } from './config.ts'
import { readShippedOperations, type ShippedOperation } from './operations.ts'
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
import { createPolicies, type Policies } from './request/policies.ts'
import { createRoutes } from './request/routes.ts'
import { type Edition, openEdition } from './supergraph/edition.ts'
import { type Editions, openEditions } from './supergraph/editions.ts'
import { locateServices } from './supergraph/locate.ts'
import { warm } from './supergraph/warm.ts'
import { watchSupergraph } from './supergraph/watch.ts'
import { createMemoryStore } from './traffic/cache/memory.ts'
import { createLeases } from './traffic/leases.ts'
import { createTrafficMetrics } from './traffic/metrics.ts'

const CACHE_BYTES = 128 * 1024 * 1024 // of heap, for answers of stateless services
const DRAIN_TIMEOUT = 20_000 // milliseconds, grace included
const GRACE = { quiet: 500, longest: 5_000 } // milliseconds

export interface RunningGateway extends RunningProcess {
  /** Base address of the public port. */
  readonly url: string
  readonly commands: AdminCommands
  /** The figures behind `commands.metrics`. */
  readonly registry: Registry
}

/** @throws StartRefused where the supergraph or the port cannot be used */
export async function startGateway(
  config: Config,
  log: Logger,
  limits: Limits = defaultLimits,
): Promise<RunningGateway> {
  let state: LifecycleState = 'starting'
  const { corsOrigins, production, identity } = config
  const verify = identity && (await createVerifier(identity))
  const policies = createPolicies({ limits, corsOrigins, introspection: !production, verify })
  const registry = new Registry()
  const shipped = await readShippedOperations()
  const editions = await serveEditions(config, { log, limits, policies, registry, shipped })
  const replace = replacement(editions, registry, log)
  const stopWatching = watchSupergraph(config.supergraphFile, (supergraph) =>
    replace(supergraph).then(
      () => undefined,
      () => undefined,
    ),
  )
  const answerOperation = createOperations({ policies, editions, log })
  const servePlayground = await openPlayground(config, editions.current.schema, shipped)
  const routes = createRoutes({ answerOperation, servePlayground, corsOrigins, state: () => state })
  const listener = await open('PORT', routes, config.host, config.port)
  state = 'ready'
  return {
    url: listener.url,
    registry,
    commands: {
      services: async () => editions.current.traffic.status(),
      metrics: () => registry.metrics(),
      purge: (tags) => editions.current.traffic.purge(tags),
      replaceSupergraph: replace,
    },
    async stop() {
      state = 'draining'
      stopWatching()
      await listener.drain(DRAIN_TIMEOUT - GRACE.longest, GRACE)
      await editions.close()
      state = 'stopped'
    },
  }
}

/** Replaces the supergraph, and counts and logs what was refused. */
function replacement(editions: Editions, registry: Registry, log: Logger): AdminCommands['replaceSupergraph'] {
  const refused = new Counter({
    name: 'tributary_supergraphs_refused_total',
    help: 'Supergraphs that were offered and could not serve',
    registers: [registry],
  })
  return async (supergraph) => {
    try {
      return (await editions.replace(supergraph)).id
    } catch (error) {
      refused.inc()
      log.error({ err: error }, 'the new supergraph is refused; the old one stays')
      throw error
    }
  }
}

interface EditionParts {
  readonly log: Logger
  readonly limits: Limits
  readonly policies: Policies
  readonly registry: Registry
  readonly shipped: readonly ShippedOperation[]
}

/** Opens the first edition, and says how those after it are made. */
async function serveEditions(config: Config, parts: EditionParts): Promise<Editions> {
  const { log, limits, policies, registry, shipped } = parts
  const leaseTraffic = createLeases({
    secret: config.secret,
    probing: config.ownServices,
    store: createMemoryStore(CACHE_BYTES),
    metrics: createTrafficMetrics(registry),
    log,
  })
  const make = async (supergraph: string, before: Edition | undefined): Promise<Edition> => {
    const traffic = leaseTraffic(locateServices(supergraph, config))
    try {
      const edition = await openEdition(supergraph, { limits, policies, traffic, hideSchema: config.production, log })
      const known = shipped.map(({ document }) => ({ query: document, operationName: undefined }))
      await warm(edition, before ? [...before.documents.inUse()] : known, log)
      return edition
    } catch (error) {
      await traffic.close()
      throw error
    }
  }
  const supergraph = await readFile(config.supergraphFile, 'utf8').catch(refuse('The supergraph cannot be read.'))
  return openEditions(supergraph, make, log).catch(refuse('The supergraph cannot be served.'))
}

/** With the operations that fit the schema as tabs, and the demo identity where it is the one in use. */
async function openPlayground(
  { identity, dataDir, host }: Config,
  schema: GraphQLSchema,
  shipped: readonly ShippedOperation[],
): Promise<ServePlayground> {
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

/** Listens on the admin port, always on loopback. @throws StartRefused where the port cannot be used */
export const openAdmin = (commands: AdminCommands, port: number): Promise<HttpListener> =>
  open('ADMIN_PORT', createAdminRoutes(commands), '127.0.0.1', port)

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
