/**
 * Reads the environment into a frozen `Config`, and reports every fault at once. Opens no
 * connection.
 */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { GraphQLError } from 'graphql'
import { z } from 'zod'
import { isNetwork } from '../platform/http/message/client-address.ts'
import { isFieldName } from '../platform/http/message/fields.ts'
import {
  commaList,
  gatewaySecret,
  httpUrl,
  isProduction,
  onOff,
  port,
  processSettings,
  readSettings,
} from '../platform/process/settings.ts'
import {
  type IdentitySettings,
  identityFaults,
  identitySettings,
  providerOf,
} from '../platform/protocol/identity-settings.ts'
import { type AdminSettings, isLoopback } from './admin/access.ts'
import { type Limits, limitSettings, readLimits } from './limits/limits.ts'
import { type Cors, defaultAllowedHeaders, defaultExposedHeaders } from './request/policies/cors.ts'
import { readSafelist, type Safelist } from './request/policies/safelist.ts'
import { addressSetting, services } from './services.ts'
import { files } from './supergraph/files.ts'
import { type Graph, readGraphs } from './supergraph/graphs.ts'
import type { ServiceLocations } from './supergraph/locate.ts'
import { isAddress } from './traffic/address.ts'
import { stateful, stateless } from './traffic/call/kind.ts'
import type { LocatedService } from './traffic/traffic.ts'

export interface Config extends ServiceLocations {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  readonly admin: AdminSettings
  readonly logLevel: z.output<typeof processSettings.LOG_LEVEL>
  readonly production: boolean
  /** Whether `/` serves the playground. */
  readonly playground: boolean
  /**
   * How tokens are verified. Without it tokens are opaque, and only passed on to stateful services.
   */
  readonly identity: IdentitySettings | undefined
  /** Shared with the services; without it calls are not signed. */
  readonly secret: string | undefined
  /** What web pages of other origins may send and read. */
  readonly cors: Cors
  /** False if Node parses every request. */
  readonly fastPath: boolean
  /** IP addresses and networks of proxies that may report a client's address. */
  readonly trustedProxies: readonly string[]
  readonly redisUrl: string | undefined
  /** If set, only these operations run. */
  readonly safelist: Safelist | undefined
  readonly limits: Limits
  /** Processes that share the port. */
  readonly workers: number
  /** The file watched for a new supergraph. */
  readonly supergraphFile: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** The file of `SUPERGRAPH`: the services it joins, or why it cannot be used. */
type GivenSupergraph = { readonly graphs: readonly Graph[]; readonly fault?: string }

/** The list of `SAFELIST`, or why it cannot be used. */
type GivenSafelist = { readonly safelist?: Safelist; readonly fault?: string }

/** @throws SettingsError naming every wrong setting */
export async function readConfig(env: Environment): Promise<Config> {
  const path = env['SUPERGRAPH'] || undefined
  const given = path === undefined ? undefined : await readGivenSupergraph(path)
  const listed = env['SAFELIST'] ? await readGivenSafelist(env['SAFELIST']) : undefined
  const schema = z.object({ ...settingsFor(given), ...addressSettings(given), SAFELIST: readable(listed) })
  const settings = readSettings(schema, env, [
    ...identityFaults(env, { demo: given === undefined }),
    ...adminFaults(env),
  ])
  const production = isProduction(settings.NODE_ENV)
  const names = new Set(settings.STATELESS ?? [])
  const locate = ({ name, url }: Graph): LocatedService => ({
    definition: names.has(name) ? stateless(name) : stateful(name),
    addresses: [url],
  })
  const identity = providerOf(settings) ?? (given ? undefined : { dataDir: settings.DATA_DIR })
  return Object.freeze({
    host: settings.HOST,
    port: settings.PORT,
    admin: { host: settings.ADMIN_HOST, port: settings.ADMIN_PORT, token: settings.ADMIN_TOKEN },
    logLevel: settings.LOG_LEVEL,
    production,
    playground: settings.PLAYGROUND ?? !production,
    identity,
    secret: settings.GATEWAY_SECRET,
    cors: {
      origins: settings.CORS_ORIGINS ?? [],
      allowedHeaders: settings.CORS_ALLOWED_HEADERS ?? defaultAllowedHeaders,
      exposedHeaders: settings.CORS_EXPOSED_HEADERS ?? defaultExposedHeaders,
    },
    fastPath: settings.HTTP_FAST_PATH,
    trustedProxies: settings.TRUSTED_PROXIES ?? [],
    redisUrl: settings.REDIS_URL,
    safelist: listed?.safelist,
    limits: readLimits(settings, identity !== undefined),
    workers: settings.GATEWAY_WORKERS,
    supergraphFile: path ?? fileURLToPath(files.supergraph),
    ownServices: given === undefined,
    locate,
    services: given
      ? given.graphs.map(locate)
      : services.map((definition) => ({
          definition,
          addresses: (settings as Readonly<Record<string, unknown>>)[addressSetting(definition.name)] as string[],
        })),
  })
}

async function readGivenSupergraph(path: string): Promise<GivenSupergraph> {
  try {
    const graphs = readGraphs(await readFile(path, 'utf8'))
    if (graphs.length === 0) return { graphs, fault: 'is not a supergraph: it joins no service' }
    const lost = graphs.filter(({ url }) => !isAddress(url)).map(({ name }) => name)
    return lost.length === 0 ? { graphs } : { graphs, fault: `names no address of ${lost.join(', ')}` }
  } catch (error) {
    return { graphs: [], fault: error instanceof GraphQLError ? 'is not GraphQL schema language' : 'cannot be read' }
  }
}

const readGivenSafelist = (path: string): Promise<GivenSafelist> =>
  readSafelist(path).then(
    (safelist) => ({ safelist }),
    (error: Error) => ({ fault: error.message }),
  )

function adminFaults({ ADMIN_HOST: host, ADMIN_TOKEN: token }: Environment): readonly string[] {
  return !host || isLoopback(host) || token ? [] : [`ADMIN_TOKEN: is required with ADMIN_HOST=${host}`]
}

/** A setting that names a file, which was read before. */
const readable = (given: { readonly fault?: string } | undefined) =>
  z
    .string()
    .refine(() => given?.fault === undefined, given?.fault)
    .optional()

const headerName = z.string().refine(isFieldName, 'must be names of headers').toLowerCase()

const origin = httpUrl.refine((url) => new URL(url).origin === url, 'must be origins, without a path')

/** Settings for any supergraph. */
export const commonSettings = {
  ...processSettings,
  ...limitSettings,
  PORT: port.default(4000),
  ADMIN_HOST: z.string().default('127.0.0.1'),
  ADMIN_PORT: port.default(4090),
  ADMIN_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must have at least 16 visible ASCII characters')
    .optional(),
  CORS_ORIGINS: commaList(origin).optional(),
  CORS_ALLOWED_HEADERS: commaList(headerName).optional(),
  CORS_EXPOSED_HEADERS: commaList(headerName).optional(),
  HTTP_FAST_PATH: onOff.default(true),
  TRUSTED_PROXIES: commaList(z.string().refine(isNetwork, 'must be IP addresses or networks')).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis or rediss URL' }).optional(),
  GATEWAY_WORKERS: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a number of processes, 0 for one per core')
    .transform((text) => Number(text) || availableParallelism())
    .default(1),
  PLAYGROUND: onOff.optional(),
  ...identitySettings,
} as const

/** Another supergraph needs only its file; the product needs its services and its secret. */
const settingsFor = (given: GivenSupergraph | undefined) => ({
  ...commonSettings,
  SUPERGRAPH: readable(given),
  STATELESS: commaList(z.string().superRefine(given ? isJoined(given) : agreesWithRegistry)).optional(),
  GATEWAY_SECRET: given ? gatewaySecret.optional() : gatewaySecret,
})

/** The type has no keys, because the names are computed. */
const addressSettings = (given: GivenSupergraph | undefined): Record<never, never> =>
  given ? {} : Object.fromEntries(services.map(({ name }) => [addressSetting(name), addresses]))

const addresses = commaList(httpUrl, 'is required: the addresses of the service, comma-separated')

const isJoined =
  ({ graphs, fault }: GivenSupergraph) =>
  (name: string, context: z.RefinementCtx): void => {
    if (fault !== undefined || graphs.some((graph) => graph.name === name)) return
    context.addIssue({ code: 'custom', message: `names ${name}, which the supergraph does not join` })
  }

function agreesWithRegistry(name: string, context: z.RefinementCtx): void {
  const kind = services.find((service) => service.name === name)?.kind
  if (kind === 'stateless') return
  const fault = kind ? 'which the registry says is stateful' : 'which the registry does not know'
  context.addIssue({ code: 'custom', message: `names ${name}, ${fault}` })
}
