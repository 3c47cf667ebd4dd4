/**
 * Before all suites: opens the door where they ask for databases, unless the run that this one is
 * part of has one. No server is started until one asks.
 */
import { openDatabaseHost } from './database-host.ts'

export default async function setUp() {
  if (process.env.TEST_DATABASE_HOST) return
  globalThis.databaseHost = await openDatabaseHost()
  process.env.TEST_DATABASE_HOST = globalThis.databaseHost.url
}
