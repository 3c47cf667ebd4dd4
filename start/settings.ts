/**
 * What `npm start` is told, by flags and environment, checked as a whole before anything is
 * started.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { commonSettings, readConfig } from '../gateway/config.ts'
import { addressSetting, services } from '../gateway/services.ts'
import {
  gatewaySecret,
  isProduction,
  logLevel,
  port,
  postgresUrl,
  processSettings,
  readSettings,
  SettingsError,
} from '../platform/process/settings.ts'
import { bankingSettings } from '../subgraphs/banking/config.ts'
import { contentSettings } from '../subgraphs/content/config.ts'
import { weatherSettings } from '../subgraphs/weather/config.ts'
import { readFlags } from './flags.ts'
import { program, servicePath } from './programs.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface StartSettings {
  readonly host: string
  /** `undefined` where it was not said: the usual one, or the next that is free. */
  readonly port: number | undefined
  readonly adminPort: number | undefined
  /** Absolute. */
  readonly dataDir: string
  /** Of a database that runs elsewhere; without it the embedded one is started. */
  readonly databaseUrl: string | undefined
  /** Of a secret that is kept elsewhere; without it one is made. */
  readonly gatewaySecret: string | undefined
  /** Whether the demo identity and the demo customers are used. */
  readonly demo: boolean
  /** Whether the gateway has a page for browsers. */
  readonly playground: boolean
  /**
   * By service, how many to start here: 0 where its addresses were given, because it runs
   * elsewhere.
   */
  readonly instances: ReadonlyMap<string, number>
  /** For every child: quieter than a process on its own, since all of them share one terminal. */
  readonly logLevel: string
  /** All that the environment said. */
  readonly environment: Environment
}

const names = services.map(({ name }) => name)

/**
 * What the gateway and the services would refuse is refused here, before any of them is started.
 */
const schema = z.object({
  ...commonSettings,
  ...bankingSettings,
  ...contentSettings,
  ...weatherSettings,
  ...processSettings,
  LOG_LEVEL: logLevel.default('warn'),
  PORT: port.optional(),
  ADMIN_PORT: port.optional(),
  DATABASE_URL: postgresUrl.optional(),
  GATEWAY_SECRET: gatewaySecret.optional(),
})

/** The gateway's settings as they will be, with any address and secret where none is known yet. */
const processEnvironment = (environment: Environment): Environment => ({
  ...Object.fromEntries(names.map((name) => [addressSetting(name), 'http://127.0.0.1:1'])),
  GATEWAY_SECRET: 'any of sixteen characters',
  ...Object.fromEntries(Object.entries(environment).filter(([, value]) => value)),
})

/** @throws SettingsError naming every wrong flag and variable */
export async function readStartSettings(args: readonly string[], environment: Environment): Promise<StartSettings> {
  const flags = readFlags(args, names)
  const checks = [
    () => refuse(flags.faults),
    () => refuse(contradictions(flags.instances, environment)),
    () => readConfig(processEnvironment(environment)),
    () => readSettings(schema, environment),
  ]
  refuse((await Promise.all(checks.map(faultsOf))).flat())
  const values = readSettings(schema, environment)
  return {
    host: values.HOST,
    port: values.PORT,
    adminPort: values.ADMIN_PORT,
    dataDir: resolve(values.DATA_DIR),
    databaseUrl: values.DATABASE_URL,
    gatewaySecret: values.GATEWAY_SECRET,
    demo: values.JWKS_URL === undefined,
    playground: values.PLAYGROUND ?? !isProduction(values.NODE_ENV),
    instances: new Map(
      names.map((name) => [name, environment[addressSetting(name)] ? 0 : (flags.instances.get(name) ?? 1)]),
    ),
    logLevel: values.LOG_LEVEL,
    environment,
  }
}

/** What no variable can be blamed for alone. */
function contradictions(instances: ReadonlyMap<string, number>, environment: Environment): string[] {
  const { PORT, ADMIN_PORT, SUPERGRAPH, GATEWAY_SECRET } = environment
  const elsewhere = names.filter((name) => environment[addressSetting(name)])
  const faults = elsewhere
    .filter((name) => instances.has(name))
    .map((name) => `--${name}: starts ${name} here, but ${addressSetting(name)} says that it runs elsewhere`)
  for (const name of names.filter((name) => !elsewhere.includes(name) && !existsSync(program(servicePath(name)))))
    faults.push(`${name}: no ${servicePath(name)} and no ${addressSetting(name)}`)
  if (elsewhere.length > 0 && !GATEWAY_SECRET)
    faults.push(`GATEWAY_SECRET: is required, the one of the services that run elsewhere (${elsewhere.join(', ')})`)
  if (PORT && PORT !== '0' && PORT === ADMIN_PORT) faults.push('ADMIN_PORT: must differ from PORT')
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
