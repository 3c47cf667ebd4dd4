/**
 * The settings of `npm start`, from flags and environment, checked as a whole before anything
 * starts.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { addressSetting } from '../gateway/config/environment.ts'
import { loadConfig } from '../gateway/config/load.ts'
import { hasSecret, services } from '../gateway/config/registry.ts'
import { gatewaySecret, port, postgresUrl, readSettings, SettingsError } from '../platform/process/settings.ts'
import type { IssuerSettings } from '../platform/protocol/identity-settings.ts'
import { ownDatabaseSettings } from './databases.ts'
import { readFlags } from './flags.ts'
import { lifetimeSettings } from './identity/lifetimes.ts'
import { program, servicePath } from './programs.ts'
import { serviceSettings } from './service-settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface StartSettings {
  readonly host: string
  /** `undefined` if not given: the default port, or the next free one. */
  readonly port: number | undefined
  readonly adminPort: number | undefined
  readonly adminHost: string
  readonly adminToken: string | undefined
  /** Port of the demo's identity provider. */
  readonly identityPort: number | undefined
  /** Absolute. */
  readonly dataDir: string
  /** URL of a database that runs elsewhere; without it the embedded one is started. */
  readonly databaseUrl: string | undefined
  /** A given secret; without it one is made. */
  readonly gatewaySecret: string | undefined
  /** Whether the demo identity and the demo customers are used. */
  readonly demo: boolean
  /** Issuers whose tokens are trusted instead of the demo identity. */
  readonly issuers: readonly IssuerSettings[]
  /** Whether the gateway has a page for browsers. */
  readonly playground: boolean
  /** Whether it serves the web app. */
  readonly app: boolean
  /**
   * Number of instances of each service to start here: 0 if its addresses were given, because it
   * runs elsewhere.
   */
  readonly instances: ReadonlyMap<string, number>
  /**
   * Log level of every child: quieter than that of a single process, because they share a terminal.
   */
  readonly logLevel: string
  /** All that the environment said. */
  readonly environment: Environment
}

const names = services.map(({ name }) => name)

/** Settings of the demo's identity provider, which only `npm start` runs. */
export const startOnlySettings = { IDENTITY_PORT: port.optional(), ...lifetimeSettings } as const

/**
 * Settings that services would refuse are refused here, before anything starts; the gateway's
 * settings are checked by its own rules.
 */
const schema = z.object({
  ...(await serviceSettings()),
  ...ownDatabaseSettings,
  PORT: z.string().optional(),
  ...startOnlySettings,
  DATABASE_URL: postgresUrl.optional(),
  GATEWAY_SECRET: gatewaySecret.optional(),
})

/** @throws SettingsError naming every wrong flag and variable */
export async function readStartSettings(args: readonly string[], environment: Environment): Promise<StartSettings> {
  const flags = readFlags(args, names)
  const loading = loadConfig({ env: environment, isPartial: true })
  const checks = [
    () => refuse(flags.faults),
    () => refuse(contradictions(flags.instances, environment)),
    () => loading,
    () => readSettings(schema, environment),
  ]
  refuse((await Promise.all(checks.map(faultsOf))).flat())
  const values = readSettings(schema, environment)
  const { config, sources } = await loading
  const isSet = (...path: string[]): boolean => sources.find(path) !== undefined
  return {
    host: config.host,
    port: isSet('port') ? config.port : undefined,
    adminPort: isSet('admin', 'port') ? config.admin.port : undefined,
    adminHost: config.admin.host,
    adminToken: config.admin.token,
    // On any free ports, so is the provider.
    identityPort: values.IDENTITY_PORT ?? (isSet('port') && config.port === 0 ? 0 : undefined),
    dataDir: resolve(config.dataDir),
    databaseUrl: values.DATABASE_URL,
    gatewaySecret: sources.isAssumed(['secret']) ? undefined : config.secret,
    demo: config.identity?.demo !== undefined,
    issuers: config.identity?.issuers ?? [],
    playground: config.playground,
    app: config.app.enabled && (config.identity?.demo !== undefined || config.app.issuer !== undefined),
    instances: new Map(
      names.map((name) => [
        name,
        sources.isAssumed(['services', name, 'addresses']) ? (flags.instances.get(name) ?? 1) : 0,
      ]),
    ),
    logLevel: isSet('logLevel') ? config.logLevel : 'warn',
    environment,
  }
}

/** Faults of several settings together. */
function contradictions(instances: ReadonlyMap<string, number>, environment: Environment): string[] {
  const { PORT, ADMIN_PORT, IDENTITY_PORT, SUPERGRAPH, GATEWAY_SECRET } = environment
  const elsewhere = services
    .filter(({ name, isPlaced }) => isPlaced || environment[addressSetting(name)])
    .map(({ name }) => name)
  const faults = elsewhere
    .filter((name) => instances.has(name))
    .map(
      (name) =>
        `--${name}: starts ${name} here, but ${environment[addressSetting(name)] ? addressSetting(name) : 'tributary.config.ts'} says that it runs elsewhere`,
    )
  for (const name of names.filter((name) => !elsewhere.includes(name) && !existsSync(program(servicePath(name)))))
    faults.push(`${name}: no ${servicePath(name)} and no ${addressSetting(name)}`)
  if (elsewhere.length > 0 && !GATEWAY_SECRET && !hasSecret)
    faults.push(`GATEWAY_SECRET: is required, the one of the services that run elsewhere (${elsewhere.join(', ')})`)
  if (PORT && PORT !== '0' && PORT === ADMIN_PORT) faults.push('ADMIN_PORT: must differ from PORT')
  if (IDENTITY_PORT && IDENTITY_PORT !== '0' && [PORT, ADMIN_PORT].includes(IDENTITY_PORT))
    faults.push('IDENTITY_PORT: must differ from PORT and ADMIN_PORT')
  if (SUPERGRAPH) faults.push('SUPERGRAPH: is for the gateway alone; npm start serves its own services')
  return faults
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new SettingsError([...new Set(faults)])
}

async function faultsOf(check: () => unknown): Promise<readonly string[]> {
  try {
    await check()
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.faults
    throw error
  }
}
