/**
 * The demo's own product: what `npm start` runs, on free ports and in a temporary folder, except
 * that each process can be killed and restarted by itself. Never touches the data of the user.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addressSetting } from '../../gateway/config/environment.ts'
import { freePorts } from '../../platform/process/ports.ts'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { choosePorts } from '../../start/addresses.ts'
import { gatewaySecret } from '../../start/data-folder.ts'
import { inUse } from '../../start/health.ts'
import { runJob } from '../../start/job.ts'
import { describeSystem, type ProcessSpec, type System } from '../../start/processes.ts'
import { type Environment, readStartSettings } from '../../start/settings.ts'
import { type Part, startPart } from './part.ts'

/** A proxy before an instance, which the gateway calls instead. */
export interface Front {
  readonly url: string
  close(): Promise<void>
}

interface ProductOptions {
  /** Number of instances of each service. */
  readonly instances: Readonly<Record<string, number>>
  /** Settings besides the demo's; with `DATABASE_URL` no database is started. */
  readonly settings?: Environment
  /** For each service, a proxy to place before its instances. */
  readonly fronts?: Readonly<Record<string, (target: string) => Promise<Front>>>
  /** Called with a line for each process that is ready. */
  readonly note?: (text: string) => void
}

export interface Product {
  readonly gateway: Part
  /** Base address of the gateway's admin port. */
  readonly adminUrl: string
  /** `undefined` if it runs elsewhere. */
  readonly database: Part | undefined
  readonly databaseUrl: string
  readonly dataDir: string
  /** Shared by gateways and services. */
  readonly secret: string
  /** Instances of a service. */
  of(service: string): readonly Part[]
  /** The `Authorization` header of a demo caller. */
  authorization(caller: string): Promise<string>
  /** Starts another gateway, on these addresses of services; by default the product's own. */
  startGateway(addresses?: Readonly<Record<string, readonly string[]>>): Promise<Gateway>
  /** Runs the migrations, as before a deployment. */
  migrate(): Promise<void>
  /** Resolves when the gateway uses every instance. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export interface Gateway {
  readonly url: string
  readonly adminUrl: string
  stop(): Promise<void>
}

/** One client represents many callers here. */
const UNLIMITED = { LIMIT_COST_PER_MINUTE: '0', LIMIT_COST_IN_WORK: '0', LIMIT_OPERATIONS_IN_WORK: '0' }

const forever = new AbortController().signal

export async function startProduct(options: ProductOptions): Promise<Product> {
  const { note = () => undefined } = options
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-demo-'))
  await chmod(dataDir, 0o755) // if this runs as root, the server's user needs access
  const started: { stop(): Promise<void> }[] = []
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= stopAll())
  const stopAll = async (): Promise<void> => {
    for (const each of started.splice(0).reverse()) await each.stop()
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    return await startIn(dataDir, options, note, started, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function startIn(
  dataDir: string,
  { instances, settings: more = {}, fronts = {} }: ProductOptions,
  note: (text: string) => void,
  started: { stop(): Promise<void> }[],
  stop: () => Promise<void>,
): Promise<Product> {
  const { system, secret, given } = await describe(dataDir, instances, more)
  const begin = async (promise: Promise<Part>): Promise<Part> => {
    const part = await promise
    started.push(part)
    note(`${part.label} serves after ${part.took().toFixed(0)} ms`)
    return part
  }
  const database = system.database && (await begin(startPart(system.database)))
  const databaseUrl = given ?? database?.url ?? ''
  const run = (job: ProcessSpec): Promise<void> => runJob(job, () => undefined, forever)
  const preparations = system.preparations(databaseUrl)
  for (const job of preparations) await run(job)
  const specs = [...system.stateful(databaseUrl), ...system.stateless]
  const services = await Promise.all(
    specs.map(async (spec) => {
      const kind = system.stateless.includes(spec) ? 'stateless' : 'stateful'
      return begin(startPart(spec, kind, await frontOf(fronts[spec.name], spec.url, started)))
    }),
  )
  const of = (name: string): readonly Part[] => services.filter((part) => part.name === name)
  const own = Object.fromEntries([...new Set(services.map(({ name }) => name))].map((name) => [name, of(name)]))
  const addresses = Object.fromEntries(Object.entries(own).map(([name, parts]) => [name, parts.map(({ url }) => url)]))
  const gateway = await begin(startPart(withAddresses(system.gateway, addresses), 'stateless'))
  const identity = await demoIdentity(dataDir)
  const product: Product = {
    gateway,
    adminUrl: new URL(system.services).origin,
    database,
    databaseUrl,
    dataDir,
    secret,
    of,
    authorization: async (caller) => `Bearer ${await identity.sign(caller)}`,
    startGateway: (others = {}) => startGateway(withAddresses(system.gateway, { ...addresses, ...others })),
    async migrate() {
      // The first of them; what follows is demo data.
      for (const job of preparations.slice(0, 1)) await run(job)
    },
    settled: () => inUse(system, Object.values(addresses).flat(), forever),
    stop,
  }
  await product.settled()
  return product
}

async function describe(
  dataDir: string,
  instances: Readonly<Record<string, number>>,
  more: Environment,
): Promise<{ system: System; secret: string; given: string | undefined }> {
  const flags = Object.entries(instances).flatMap(([name, count]) => [`--${name}`, String(count)])
  const { PATH } = process.env
  const environment = {
    PATH,
    PORT: '0',
    ADMIN_PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    ...UNLIMITED,
    ...more,
  }
  const settings = await readStartSettings(flags, environment)
  const secret = await gatewaySecret(dataDir)
  // Callers are signed in with the demo's key, without its provider.
  const ports = { ...(await choosePorts(settings)), identityPort: undefined }
  return { system: await describeSystem(settings, ports, secret), secret, given: settings.databaseUrl }
}

async function frontOf(
  make: ((target: string) => Promise<Front>) | undefined,
  target: string,
  started: { stop(): Promise<void> }[],
): Promise<string> {
  if (!make) return target
  const { url, close } = await make(target)
  started.push({ stop: close })
  return url
}

type ServerSpec = System['gateway']

const withAddresses = (spec: ServerSpec, addresses: Readonly<Record<string, readonly string[]>>): ServerSpec => ({
  ...spec,
  environment: {
    ...spec.environment,
    ...Object.fromEntries(Object.entries(addresses).map(([name, urls]) => [addressSetting(name), urls.join(',')])),
  },
})

/** Starts a second gateway, on ports of its own. */
async function startGateway(spec: ServerSpec): Promise<Gateway> {
  const [port = 0, adminPort = 0] = await freePorts(2)
  const environment = { ...spec.environment, PORT: String(port), ADMIN_PORT: String(adminPort) }
  const url = `http://127.0.0.1:${port}`
  const part = await startPart({ ...spec, environment, url }, 'stateless')
  return { url, adminUrl: `http://127.0.0.1:${adminPort}`, stop: part.stop }
}
