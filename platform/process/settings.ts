/**
 * Checks a process's settings, once, and reports every fault at once. Only the edge of a process
 * reads `process.env`.
 */
import { z } from 'zod' // MIT, no dependencies: one schema gives the check, the type and every fault together
import { listItems } from '../http/message/fields.ts'
import { isPostgresUrl } from './postgres-url.ts'
import { misspellings } from './setting-names.ts'

/**
 * Why a process or a command cannot do its work, in words for the person who started it. Printed
 * without a stack.
 */
export class StartRefused extends Error {
  override readonly name: string = 'StartRefused'
}

/** Thrown by `readSettings`. `message` is one line, or a heading with one line per fault. */
export class SettingsError extends StartRefused {
  override readonly name = 'SettingsError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(
      faults.length === 1
        ? `${faults[0]}. Nothing was started.`.replace(/\?\./, '?')
        : ['The settings are wrong; nothing was started:', ...faults.map((fault) => `  ${fault}`)].join('\n'),
    )
    this.faults = faults
  }
}

/** For what is read once: Zod would write and compile a parser for it, at twice the CPU. */
export const ONCE = { jitless: true } as const

/**
 * Parses `env` (an empty variable counts as unset) and freezes the result. A misspelt name is a
 * fault too.
 * @param together faults of settings in combination
 * @throws SettingsError
 */
export function readSettings<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
  together: readonly string[] = [],
): Readonly<z.output<Schema>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const result = schema.safeParse(given, ONCE)
  const single = result.error?.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`) ?? []
  const faults = [...single, ...together, ...misspellings(Object.keys(given), Object.keys(schema.shape))]
  if (result.success && faults.length === 0) return Object.freeze(result.data)
  throw new SettingsError(faults)
}

const whole = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN)

/** A TCP port, 0 (any free one) to 65535. */
export const port = z
  .string()
  .transform(whole)
  .pipe(z.number('must be a port, 0 to 65535').max(65_535, 'must be a port, 0 to 65535'))

const absolute = z.url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })

/** An absolute http(s) URL below which paths are added, without its trailing slash. */
export const httpUrl = absolute.transform((url) => url.replace(/\/$/, ''))

/** The absolute http(s) URL of an endpoint: a slash at the end of its path belongs to it. */
export const httpAddress = absolute.transform((url) => url.replace(/^(https?:\/\/[^/?#]+)\/$/i, '$1'))

const POSTGRES_URL = 'must be a postgresql:// URL, of one host or several'

/** The URL of a PostgreSQL database, on one host or several. */
export const postgresUrl = z.string(POSTGRES_URL).refine((url) => isPostgresUrl(url), POSTGRES_URL)
/** The same, only read from. */
export const postgresReadUrl = z.string(POSTGRES_URL).refine((url) => isPostgresUrl(url, true), POSTGRES_URL)

const REDIS_URL = 'must be a redis or rediss URL, without a path or with the number of a database as its path'

/** The URL of a Redis server, as its client reads it. */
export const redisUrl = z.string(REDIS_URL).refine(isRedisUrl, REDIS_URL)

function isRedisUrl(text: string): boolean {
  const { protocol, username, password, pathname } = URL.parse(text) ?? {}
  try {
    decodeURIComponent(`${username}${password}`)
  } catch {
    return false
  }
  return /^rediss?:$/.test(`${protocol}`) && /^(\/\d{0,9})?$/.test(`${pathname}`)
}

/**
 * Comma-separated values, trimmed; at least one. `missing` is the message if the variable is unset.
 */
export const commaList = <Item extends z.ZodType<unknown, string>>(item: Item, missing?: string) =>
  z
    .string(missing)
    .transform((text) => listItems(text))
    .pipe(z.array(item).min(1, 'must name at least one value'))

/**
 * Any value but `development` and `test` is production, for example `prod` or `staging`. Unset is
 * development.
 */
export const isProduction = (nodeEnv: string | undefined): boolean =>
  !['development', 'test'].includes(nodeEnv || 'development')

export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])

/** Shared by the gateway and its services, which derive their own keys from it. */
export const gatewaySecret = z
  .string({
    error: ({ input }) =>
      input === undefined ? 'is required: the secret shared by gateway and services' : 'must be text',
  })
  .min(16, 'must have at least 16 characters')

/** Settings of every process. */
export const processSettings = {
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('.data'),
  LOG_LEVEL: logLevel.default('info'),
  NODE_ENV: z.string().default('development'),
} as const
