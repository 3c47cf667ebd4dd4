/**
 * Finds the database of each stateful service. A service with its own `migrate.ts` has its own
 * database, beside the product's; the others share that one.
 */
import { existsSync } from 'node:fs'
import { services } from '../gateway/config/registry.ts'
import { ownDatabaseSetting, ownDatabaseUrl } from '../platform/process/own-database.ts'
import { postgresUrl } from '../platform/process/settings.ts'
import { program } from './programs.ts'

type Environment = Readonly<Record<string, string | undefined>>

const migrationsOf = (name: string): string => `subgraphs/${name}/migrate.ts`

/** Names of the services with a database to themselves. */
const alone: ReadonlySet<string> = new Set(
  services
    .filter(({ name, kind }) => kind === 'stateful' && existsSync(program(migrationsOf(name))))
    .map(({ name }) => name),
)

/** Settings of `npm start` for these databases. */
export const ownDatabaseSettings = Object.fromEntries(
  [...alone].map((name) => [ownDatabaseSetting(name), postgresUrl.optional()]),
)

/** Whether it is on the product's server. */
export const isOnServer = (name: string, environment: Environment): boolean =>
  !alone.has(name) || !environment[ownDatabaseSetting(name)]

/** @param server URL of the product's database; empty if no service here needs it */
export const databaseUrlOf = (name: string, server: string, environment: Environment): string =>
  alone.has(name) ? ownDatabaseUrl(name, server, environment) : server

/**
 * Programs that run to their end before the services start, in this order. @param names of these
 * services
 */
export function preparationsOf(names: readonly string[], demo: boolean): readonly Preparation[] {
  const shared = names.find((name) => !alone.has(name))
  const own = names.filter((name) => alone.has(name))
  return [
    ...(shared === undefined ? [] : [{ label: 'migrations', path: 'prisma/migrate.ts', of: shared }]),
    ...(shared === undefined || !demo ? [] : [{ label: 'demo data', path: 'prisma/seed.ts', of: shared }]),
    ...own.map((name) => ({ label: `${name} migrations`, path: migrationsOf(name), of: name })),
  ]
}

interface Preparation {
  readonly label: string
  /** Path relative to the project's root. */
  readonly path: string
  /** The service whose database it prepares. */
  readonly of: string
}
