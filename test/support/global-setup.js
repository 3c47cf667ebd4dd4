/**
 * Before all suites: opens the door where they ask for databases, and makes the folder of their
 * files, unless the run that this one is part of has them. No server is started until one asks.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabaseHost } from './database-host.ts'

export default async function setUp() {
  if (process.env.TEST_DATABASE_HOST) return
  globalThis.databaseHost = await openDatabaseHost()
  process.env.TEST_DATABASE_HOST = globalThis.databaseHost.url
  globalThis.testFolder = await mkdtemp(join(tmpdir(), 'tributary-tests-'))
  process.env.TEST_FOLDER = globalThis.testFolder
}
