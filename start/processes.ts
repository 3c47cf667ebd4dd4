/** The processes of the system, as data: program, port and environment of each. Starts nothing. */
import { isIPv6 } from 'node:net'
import { addressSetting } from '../gateway/config/environment.ts'
import { services } from '../gateway/config/registry.ts'
import { gatewayFlags, processEnvironment, statelessFlags } from '../platform/memory/node-flags.ts'
import type { ControlAddress } from '../platform/process/control.ts'
import { freePorts } from '../platform/process/ports.ts'
import type { IssuerSettings } from '../platform/protocol/identity-settings.ts'
import type { Ports } from './addresses.ts'
import { databaseUrlOf, isOnServer, ownDatabaseSettings, preparationsOf } from './databases.ts'
import { program, servicePath } from './programs.ts'
import type { Environment, StartSettings } from './settings.ts'

export interface ProcessSpec {
  /** Its name for people: `weather 2`. */
  readonly label: string
  /** Absolute path. */
  readonly program: string
  /** Flags of Node. */
  readonly flags?: readonly string[]
  readonly environment: Environment
}

/** A process that is asked whether it can serve. */
export interface ServerSpec extends ProcessSpec {
  /** `gateway`, or the service that it is an instance of. */
  readonly name: string
  /** `http://127.0.0.1:<port>`; the same after every restart. */
  readonly url: string
}

export interface System {
  /** `undefined` when it runs elsewhere, or nothing here needs one. */
  readonly database: ProcessSpec | undefined
  /** Programs that run to their end, in this order, before a stateful service starts. */
  preparations(databaseUrl: string): readonly ProcessSpec[]
  /** @param databaseUrl empty if no service here needs the product's database */
  stateful(databaseUrl: string): readonly ServerSpec[]
  readonly stateless: readonly ServerSpec[]
  readonly gateway: ServerSpec
  /** The demo's identity provider; `undefined` without the demo identity. */
  readonly identity: ServerSpec | undefined
  /** URL where the gateway lists the instances that it uses. */
  readonly services: string
  /** The token that it requires there. */
  readonly adminToken: string | undefined
}

const LOOPBACK = '127.0.0.1'

/**
 * @param secret shared by the gateway and the services
 * @param control of the services, for the gateway alone
 */
export async function describeSystem(
  settings: StartSettings,
  ports: Ports,
  secret: string,
  control?: ControlAddress,
): Promise<System> {
  const { dataDir, demo, host, instances, issuers, logLevel, adminHost, adminToken } = settings
  const { identityPort } = ports
  const issuer = identityPort === undefined ? undefined : `http://localhost:${identityPort}`
  const common = {
    ...processEnvironment,
    ...forEverybody(settings.environment),
    DATA_DIR: dataDir,
    LOG_LEVEL: logLevel,
    GATEWAY_SECRET: secret,
    ...(issuer !== undefined && { IDENTITY_DEMO_ISSUER: issuer }),
  }
  const kinds = services.map(({ name, kind }) => ({ name, kind, count: instances.get(name) ?? 0 }))
  const total = 1 + kinds.reduce((sum, { count }) => sum + count, 0)
  const free = await freePorts(total, LOOPBACK, [ports.port, ports.adminPort, identityPort])
  const databasePort = free.pop()

  const started = kinds.map(({ name, kind, count }) => ({
    name,
    kind,
    servers: free.splice(0, count).map(
      (port, index): ServerSpec => ({
        name,
        label: count > 1 ? `${name} ${index + 1}` : name,
        program: program(servicePath(name)),
        ...(kind === 'stateless' && { flags: statelessFlags }),
        environment: { ...common, HOST: LOOPBACK, PORT: `${port}` },
        url: `http://${LOOPBACK}:${port}`,
      }),
    ),
  }))
  const ofKind = (wanted: 'stateful' | 'stateless'): readonly ServerSpec[] =>
    started.filter(({ kind }) => kind === wanted).flatMap(({ servers }) => servers)
  const statefulNames = [...new Set(ofKind('stateful').map(({ name }) => name))]
  const addresses = started
    .filter(({ servers }) => servers.length > 0)
    .map(({ name, servers }) => [addressSetting(name), servers.map(({ url }) => url).join(',')])

  return {
    database:
      settings.databaseUrl || !statefulNames.some((name) => isOnServer(name, settings.environment))
        ? undefined
        : {
            label: 'database',
            program: program('prisma/embedded.ts'),
            environment: { ...common, PORT: `${databasePort}` },
          },
    preparations(databaseUrl) {
      return preparationsOf(statefulNames, demo).map(({ label, path, of }) => ({
        label,
        program: program(path),
        environment: { ...common, DATABASE_URL: databaseUrlOf(of, databaseUrl, settings.environment) },
      }))
    },
    stateful: (databaseUrl) =>
      ofKind('stateful').map((server) => ({
        ...server,
        environment: {
          ...server.environment,
          DATABASE_URL: databaseUrlOf(server.name, databaseUrl, settings.environment),
          ...standbysOf(settings.environment),
          ...trusting(issuers),
        },
      })),
    stateless: ofKind('stateless'),
    gateway: describeGateway(host, ports, {
      ...common,
      ...(adminToken && { ADMIN_TOKEN: adminToken }),
      ...(control && { SUPERVISOR_URL: control.url, SUPERVISOR_TOKEN: control.token }),
      ...Object.fromEntries(addresses),
    }),
    identity: issuer === undefined ? undefined : describeProvider(issuer, common),
    services: `http://${reachable(adminHost)}:${ports.adminPort}/services`,
    adminToken,
  }
}

/**
 * The environment of processes that need neither the database, nor the admin port, nor the
 * supervisor: without access to them.
 */
const forEverybody = ({
  DATABASE_URL: _url,
  DATABASE_READ_URL: _standbys,
  ADMIN_TOKEN: _admin,
  SUPERVISOR_URL: _supervisor,
  SUPERVISOR_TOKEN: _token,
  ...environment
}: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !(name in ownDatabaseSettings)))

const standbysOf = ({ DATABASE_READ_URL: standbys }: Environment): Environment =>
  standbys === undefined ? {} : { DATABASE_READ_URL: standbys }

const describeGateway = (host: string, { port, adminPort }: Ports, environment: Environment): ServerSpec => ({
  name: 'gateway',
  label: 'gateway',
  program: program('gateway/main.ts'),
  flags: gatewayFlags,
  environment: { ...environment, HOST: host, PORT: `${port}`, ADMIN_PORT: `${adminPort}` },
  url: `http://${reachable(host)}:${port}`,
})

const describeProvider = (url: string, environment: Environment): ServerSpec => ({
  name: 'identity',
  label: 'identity',
  program: program('start/identity/main.ts'),
  flags: statelessFlags,
  environment: { ...environment, PORT: new URL(url).port },
  url,
})

/** Services get the issuers by variables; the gateway may have them from its file. */
const trusting = (issuers: readonly IssuerSettings[]): Environment =>
  issuers.length === 0
    ? {}
    : { JWKS_URL: '', JWT_ISSUER: '', JWT_AUDIENCE: '', IDENTITY_ISSUERS: JSON.stringify(issuers) }

/** An address to call for a host to listen on. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return LOOPBACK
  if (host === '::') return '[::1]'
  return isIPv6(host) ? `[${host}]` : host
}
