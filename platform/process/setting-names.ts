/**
 * The names of settings, and misspelt ones: names close to one of the product's. Ignores variables
 * that platforms set.
 */

export type SettingPath = readonly (string | number)[]

/** `cors.allowedHeaders` is set by `CORS_ALLOWED_HEADERS`. */
export const variableOf = (path: SettingPath): string =>
  path
    .map((key) => `${key}`.replace(/(?<=[a-z\d])[A-Z]/g, (capital) => `_${capital}`).replace(/\W/g, '_'))
    .join('_')
    .toUpperCase()

/**
 * Every setting of the product. All processes share an environment, so each must accept the others'
 * settings. A process adds the computed names of its schema, as the gateway does for limits and
 * addresses.
 */
export const settingNames = [
  'ADMIN_HOST',
  'ADMIN_PORT',
  'ADMIN_TOKEN',
  'CONTENT_DIR',
  'CORS_ALLOWED_HEADERS',
  'CORS_EXPOSED_HEADERS',
  'CORS_ORIGINS',
  'DATABASE_READ_MAX_LAG',
  'DATABASE_READ_URL',
  'DATABASE_URL',
  'DATA_DIR',
  'EXCHANGE_RATE_MAX_AGE',
  'GATEWAY_SECRET',
  'GATEWAY_WORKERS',
  'HOST',
  'HTTP_FAST_PATH',
  'IDENTITY_DEMO_ISSUER',
  'IDENTITY_DEMO_SESSION_LIFETIME',
  'IDENTITY_DEMO_TOKEN_LIFETIME',
  'IDENTITY_ISSUERS',
  'IDENTITY_PORT',
  'IDENTITY_REQUIRED',
  'IDENTITY_TOKEN_COOKIE_NAME',
  'IDENTITY_TOKEN_HEADER_NAME',
  'IDENTITY_TOKEN_HEADER_SCHEME',
  'INSTANCE_URL',
  'JWKS_URL',
  'JWT_AUDIENCE',
  'JWT_ISSUER',
  'LEDGER_ANCHOR_KEY',
  'LEDGER_CLOCK_CONFIRMED',
  'LOG_LEVEL',
  'MET_NORWAY_CONTACT',
  'MET_NORWAY_URL',
  'NODE_ENV',
  'OPEN_METEO_KEY',
  'OPEN_METEO_URL',
  'OUTCOME_RETENTION_DAYS',
  'PLAYGROUND',
  'PORT',
  'REDIS_URL',
  'SAFELIST',
  'STATELESS',
  'SUPERGRAPH',
  'SUPERVISOR_TOKEN',
  'SUPERVISOR_URL',
  'TRUSTED_PROXIES',
  'WEATHER_PROVIDER',
  'WEBHOOKS_ALLOW_PRIVATE',
] as const

const FURTHEST = 2 // edits
/** Letters. Names shorter than this allow one edit only: HOME is two edits from HOST. */
const LONG = 6
/** One edit from HOST or PORT, but variables of others: Mesos sets `PORTS` and `PORT0`. */
const OTHERS = /^(HOSTS|PORTS|COST|LOST|MOST|POST|PART|SORT|(HOST|PORT)\d)$/
/** Kubernetes and Docker set such variables for every service they know. */
const PLATFORM = /_SERVICE_HOST$|_PORT(_|$)/

/**
 * One fault per name of `given` that is not a setting but close to one. @param known names besides
 * `settingNames` @param ordinary settings with names so ordinary that nobody means them by a near
 * one
 */
export function misspellings(
  given: readonly string[],
  known: readonly string[],
  ordinary: readonly string[] = [],
): readonly string[] {
  const names = new Set<string>([...settingNames, ...known])
  const others = new Set(ordinary)
  return given
    .filter((name) => !names.has(name) && !others.has(name) && !PLATFORM.test(name) && !OTHERS.test(name))
    .flatMap((name) => {
      const nearest = nearestName(name, names)
      return nearest === undefined ? [] : [`${name}: is not a setting; did you mean ${nearest}?`]
    })
}

/** The name that was probably meant; `undefined` where none is close. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  const [nearest] = [...names]
    .map((own) => ({ own, distance: distanceBetween(name, own) }))
    .filter(({ own, distance }) => distance <= (own.length < LONG ? 1 : FURTHEST))
    .sort((one, other) => one.distance - other.distance)
  return nearest?.own
}

/**
 * The Levenshtein distance, with two exchanged neighbours as one edit; infinite beyond `FURTHEST`.
 */
function distanceBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > FURTHEST) return Number.POSITIVE_INFINITY
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= other.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1)
      const exchanged =
        letter === other[column - 2] && one[index - 1] === other[column - 1]
          ? (before[column - 2] ?? 0) + 1
          : Number.POSITIVE_INFINITY
      next.push(Math.min(replaced, exchanged, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    if (Math.min(...next) > FURTHEST) return Number.POSITIVE_INFINITY
    before = row
    row = next
  }
  return row[other.length] ?? 0
}
