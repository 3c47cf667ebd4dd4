/**
 * Finds misspelt settings: names close to one of the product's own. What a platform puts into the
 * environment is never one.
 */

/**
 * Every setting of the product, whichever process reads it: all share an environment, so each must
 * let the others' pass. A process adds those of its schema, as the gateway does for limits and
 * addresses, whose names are worked out.
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
/** Kubernetes and Docker describe every service they know of like this. */
const PLATFORM = /_SERVICE_HOST$|_PORT(_|$)/

/**
 * One fault for each name of `given` that is no setting and close to one. @param known names beside
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
      return [`${name}: is no setting; did you mean ${nearest.own}?`]
    })
}

/**
 * Levenshtein's: letters added, left out or replaced. More than `FURTHEST` where the lengths alone
 * say so.
 */
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
