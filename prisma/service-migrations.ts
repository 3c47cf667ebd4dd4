/** Creates and migrates the database that a stateful service has to itself. */
import { fileURLToPath } from 'node:url'
import { besideDatabase, databaseOf, hostNames } from '../platform/process/postgres-url.ts'
import { StartRefused } from '../platform/process/settings.ts'
import { openClient } from '../subgraphs/banking/database/connect.ts'
import { runOnDatabase } from './command.ts'
import { describeMigration, migrate } from './migrate.ts'

/** Every server has it. */
const MAINTENANCE = 'postgres'
const MISSING = '3D000' // SQLSTATE
/** SQLSTATEs of a database that another process created meanwhile */
const EXISTS = ['42P04', '23505']

/** The whole of a service's `migrate.ts`. @param folder of its migrations */
export const migrateService = (folder: URL): Promise<never> =>
  runOnDatabase(async (url) => describeMigration(await migrate(url, fileURLToPath(folder))), createMissing)

/** @throws StartRefused if it is missing and may not be created */
export async function createMissing(url: string): Promise<void> {
  if (!(await isMissing(url))) return
  const name = databaseOf(url)
  const client = await openClient(besideDatabase(url, MAINTENANCE))
  try {
    await client.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`)
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string }
    if (EXISTS.includes(code)) return
    throw new StartRefused(`${hostNames(url)} has no database ${name}, and it was not created (${message}).`)
  } finally {
    await client.end()
  }
}

/** False also if it cannot be told: the next connection reports why. */
export async function isMissing(url: string): Promise<boolean> {
  try {
    await (await openClient(url)).end()
    return false
  } catch (error) {
    return (error as { code?: string }).code === MISSING
  }
}
