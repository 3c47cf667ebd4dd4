/**
 * Finds misspelt settings: names close to one of the product's. Ignores variables that platforms
 * set.
 */

/**
 * Every setting of the product. All processes share an environment, so each must accept the others'
 * settings. A process adds the computed names of its schema, as the gateway does for limits and
 * addresses.
 */
export const settingNames = [
  'ADMIN_PORT',
  'CONTENT_DIR',
  'CORS_ALLOWED_HEADERS',
  'CORS_EXPOSED_HEADERS',
  'CORS_ORIGINS',
  'DATABASE_URL',
  'DATA_DIR',
  'EXCHANGE_RATE_MAX_AGE',
  'GATEWAY_SECRET',
  'GATEWAY_WORKERS',
  'HOST',
  'HTTP_FAST_PATH',
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
  'PLAYGROUND',
  'PORT',
  'REDIS_URL',
  'SAFELIST',
  'STATELESS',
  'SUPERGRAPH',
  'TRUSTED_PROXIES',
  'WEATHER_PROVIDER',
  'WEBHOOKS_ALLOW_PRIVATE',
] as const

const FURTHEST = 2 // edits
const SHORTEST = 6 // letters; HOME is two edits from HOST
/** Kubernetes and Docker set such variables for every service they know. */
const PLATFORM = /_SERVICE_HOST$|_PORT(_|$)/

/**
 * One fault per name of `given` that is not a setting but close to one. @param known names besides
 * `settingNames`
 */
export function misspellings(given: readonly string[], known: readonly string[]): readonly string[] {
  const names = new Set<string>([...settingNames, ...known])
  return given
    .filter((name) => !names.has(name) && !PLATFORM.test(name))
    .flatMap((name) => {
      const nearest = [...names]
        .filter(({ length }) => length >= SHORTEST)
        .map((own) => ({ own, distance: distanceBetween(name, own) }))
        .sort((one, other) => one.distance - other.distance)[0]
      if (nearest === undefined || nearest.distance > FURTHEST) return []
      return [`${name}: is not a setting; did you mean ${nearest.own}?`]
    })
}

/** The Levenshtein distance; infinite if the lengths alone differ by more than `FURTHEST`. */
function distanceBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > FURTHEST) return Number.POSITIVE_INFINITY
  let row = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= other.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
