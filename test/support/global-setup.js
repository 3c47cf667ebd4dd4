/**
 * Before all suites: builds the pages, starts the database host and makes the folder for temporary
 * files, unless an enclosing run did so. PostgreSQL starts on the first request.
 */
import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openDatabaseHost } from './database-host.ts'

/**
 * They do nothing after `npm install`, unless a page was edited since. Not during the suites: some
 * copy what others would build anew.
 */
const builds = ['../../gateway/playground/build.ts', '../../client/app/build.ts']

export default async function setUp() {
  if (process.env.TEST_DATABASE_HOST) return
  for (const build of builds)
    await promisify(execFile)(process.execPath, [fileURLToPath(new URL(build, import.meta.url))])
  globalThis.databaseHost = await openDatabaseHost()
  process.env.TEST_DATABASE_HOST = globalThis.databaseHost.url
  globalThis.testFolder = await mkdtemp(join(tmpdir(), 'tributary-tests-'))
  process.env.TEST_FOLDER = globalThis.testFolder
}
