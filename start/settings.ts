/** What `npm start` is told, by flags and environment, checked as a whole before anything is started. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { commonSettings } from '../gateway/config.ts'
import {
  commaList,
  httpUrl,
  logLevel,
  port,
  processSettings,
  readSettings,
  SettingsError,
} from '../gateway/process/settings.ts'
import { addressSetting, services } from '../gateway/services.ts'
import { contentSettings } from '../subgraphs/content/config.ts'
import { weatherSettings } from '../subgraphs/weather/config.ts'
import { readFlags } from './flags.ts'

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
  /** By service, how many to start here: 0 where its addresses were given, because it runs elsewhere. */
  readonly instances: ReadonlyMap<string, number>
  /** For every child: quieter than a process on its own, since all of them share one terminal. */
  readonly logLevel: string
  /** All that the environment said. */
  readonly environment: Environment
}

const names = services.map(({ name }) => name)

/** What the gateway and the services would refuse is refused here, before any of them is started. */
const schema = z.object({
  ...commonSettings,
  ...contentSettings,
  ...weatherSettings,
  ...processSettings,
  LOG_LEVEL: logLevel.default('warn'),
  PORT: port.optional(),
  ADMIN_PORT: port.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' }).optional(),
  GATEWAY_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  JWKS_URL: httpUrl.optional(),
})
const addresses = z.object(
  Object.fromEntries(names.map((name) => [addressSetting(name), commaList(httpUrl).optional()])),
)

/** @throws SettingsError naming every wrong flag and variable */
export function readStartSettings(args: readonly string[], environment: Environment): StartSettings {
  const flags = readFlags(args, names)
  const checks = [
    () => refuse(flags.faults),
    () => refuse(contradictions(flags.instances, environment)),
    () => readSettings(schema, environment),
    () => readSettings(addresses, environment),
  ]
  refuse(checks.flatMap(faultsOf))
  const values = readSettings(schema, environment)
  return {
    host: values.HOST,
    port: values.PORT,
    adminPort: values.ADMIN_PORT,
    dataDir: resolve(values.DATA_DIR),
    databaseUrl: values.DATABASE_URL,
    gatewaySecret: values.GATEWAY_SECRET,
    demo: values.JWKS_URL === undefined,
    instances: new Map(
      names.map((name) => [name, environment[addressSetting(name)] ? 0 : (flags.instances.get(name) ?? 1)]),
    ),
    logLevel: values.LOG_LEVEL,
    environment,
  }
}

/** What no variable can be blamed for alone. */
function contradictions(instances: ReadonlyMap<string, number>, environment: Environment): string[] {
  const { PORT, ADMIN_PORT, NODE_ENV, JWKS_URL, GATEWAY_SECRET } = environment
  const elsewhere = names.filter((name) => environment[addressSetting(name)])
  const faults = elsewhere
    .filter((name) => instances.has(name))
    .map((name) => `--${name}: starts ${name} here, but ${addressSetting(name)} says that it runs elsewhere`)
  if (elsewhere.length > 0 && !GATEWAY_SECRET)
    faults.push(`GATEWAY_SECRET: is required, the one of the services that run elsewhere (${elsewhere.join(', ')})`)
  if (PORT && PORT !== '0' && PORT === ADMIN_PORT) faults.push('ADMIN_PORT: must differ from PORT')
  if (NODE_ENV === 'production' && !JWKS_URL)
    faults.push('JWKS_URL: is required with NODE_ENV=production, since the demo identity lets anyone in')
  return faults
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new SettingsError([...new Set(faults)])
}

function faultsOf(check: () => unknown): readonly string[] {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.faults
    throw error
  }
}
