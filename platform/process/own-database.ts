/** Where a stateful service has a database to itself, by the service's name. */
import { besideDatabase, databaseOf } from './postgres-url.ts'
import { variableOf } from './setting-names.ts'

/** The variable that puts it elsewhere, for example `CART_DATABASE_URL`. */
export const ownDatabaseSetting = (service: string): string => `${variableOf([service])}_DATABASE_URL`

/** @param server URL of the product's database: it is beside that, if nothing else is set */
export const ownDatabaseUrl = (
  service: string,
  server: string,
  environment: Readonly<Record<string, string | undefined>>,
): string =>
  environment[ownDatabaseSetting(service)] ||
  besideDatabase(server, `${databaseOf(server)}_${variableOf([service]).toLowerCase()}`)
