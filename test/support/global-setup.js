/** Before all suites: opens the door where they ask for databases. No server is started until one does. */
import { openDatabaseHost } from './database-host.ts'

export default async function setUp() {
  globalThis.databaseHost = await openDatabaseHost()
  process.env.TEST_DATABASE_HOST = globalThis.databaseHost.url
}
