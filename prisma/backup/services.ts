/** The services that have a database to themselves, as a backup and a restore find them. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ownDatabaseSetting, ownDatabaseUrl } from '../../platform/process/own-database.ts'
import { databaseOf, hostNames } from '../../platform/process/postgres-url.ts'
import { postgresUrl, StartRefused } from '../../platform/process/settings.ts'

const SERVICES = new URL('../../subgraphs/', import.meta.url)

export interface OwnDatabase {
  readonly service: string
  readonly url: string
  /** The folder of its migrations. */
  readonly migrations: string
}

/**
 * The databases of services that have a `migrate.ts`, where `npm start` looks for them. @param
 * server URL of the bank's database @throws StartRefused if a setting is not a URL
 */
export async function ownDatabases(
  server: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly OwnDatabase[]> {
  const names = await readdir(SERVICES)
  return names
    .filter((name) => existsSync(new URL(`${name}/migrate.ts`, SERVICES)))
    .sort()
    .map((service) => {
      const url = postgresUrl.safeParse(ownDatabaseUrl(service, server, environment))
      if (!url.success) throw new StartRefused(`${ownDatabaseSetting(service)}: ${url.error.issues[0]?.message}.`)
      return { service, url: url.data, migrations: fileURLToPath(new URL(`${service}/prisma/migrations/`, SERVICES)) }
    })
}

/** A summary for people: rows of the bank and of each service, and what is missing. */
export function said(
  verb: string,
  tables: readonly { readonly rows: number }[],
  services: readonly { readonly service: string; readonly tables: readonly { readonly rows: number }[] }[],
  missing: readonly string[],
): string {
  const held = services.map((each) => `and ${rowsOf(each.tables)} of ${each.service}`)
  return [`${verb} ${rowsOf(tables)}`, ...held, ...missing].join('\n')
}

const rowsOf = (tables: readonly { readonly rows: number }[]): string =>
  `${tables.reduce((sum, { rows }) => sum + rows, 0)} rows of ${tables.length} tables`

/** Why a backup has nothing of a service. */
export const notFound = ({ service, url }: OwnDatabase): string =>
  `not of ${service}: there is no database ${databaseOf(url)} with its tables at ${hostNames(url)} (${ownDatabaseSetting(service)} says where it is, if elsewhere)`
