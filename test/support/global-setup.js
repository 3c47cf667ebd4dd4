/**
 * Before all suites: starts the database host and makes the folder for temporary files, unless an
 * enclosing run has them. PostgreSQL starts on the first request.
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
