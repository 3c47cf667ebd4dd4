/**
 * Before all suites: opens the door where they ask for databases, unless the run that this one is
 * part of has one. No server is started until one asks.
 */
import { processEnvironment } from '../../platform/memory/node-flags.ts'
import { openDatabaseHost } from './database-host.ts'

export default async function setUp() {
  // Processes that suites start share one compile cache, as those of `npm start` do: half of the CPU of each start.
  process.env.NODE_COMPILE_CACHE ??= processEnvironment.NODE_COMPILE_CACHE
  if (process.env.TEST_DATABASE_HOST) return
  globalThis.databaseHost = await openDatabaseHost()
  process.env.TEST_DATABASE_HOST = globalThis.databaseHost.url
}
