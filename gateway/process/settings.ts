/** Reads a process's settings from its environment, once, and reports every fault at once. No other module reads `process.env`. */
import { z } from 'zod' // MIT, no dependencies: one schema gives the check, the type and every fault together
import { listItems } from './fields.ts'

/** Why a process cannot start, in words for whoever started it: printed as it is, without a stack. */
export class StartRefused extends Error {
  override readonly name: string = 'StartRefused'
}

/** Thrown by `readSettings`; `message` has one line per fault. */
export class SettingsError extends StartRefused {
  override readonly name = 'SettingsError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(['The settings are wrong; nothing was started:', ...faults.map((fault) => `  ${fault}`)].join('\n'))
    this.faults = faults
  }
}

/** Parses `env` (an empty variable counts as unset) and freezes the result. Throws `SettingsError`. */
export function readSettings<Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<Schema>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const result = schema.safeParse(given)
  if (result.success) return Object.freeze(result.data)
  throw new SettingsError(result.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`))
}

const whole = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN)

/** A TCP port, 0 (any free one) to 65535. */
export const port = z
  .string()
  .transform(whole)
  .pipe(z.number('must be a port, 0 to 65535').max(65_535, 'must be a port, 0 to 65535'))

/** An absolute http(s) URL, without its trailing slash. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .transform((url) => url.replace(/\/$/, ''))

/** Values between commas; blanks around them are dropped. At least one. `missing` is said where there is no value at all. */
export const commaList = <Item extends z.ZodType<unknown, string>>(item: Item, missing?: string) =>
  z
    .string(missing)
    .transform((text) => listItems(text))
    .pipe(z.array(item).min(1, 'must name at least one value'))

export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])

/** What every process understands. */
export const processSettings = {
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('.data'),
  LOG_LEVEL: logLevel.default('info'),
  NODE_ENV: z.string().default('development'),
} as const
