/**
 * After all suites: stops the database server, if it was started, and removes all temporary files.
 */
import { rm } from 'node:fs/promises'

export default async function tearDown() {
  await globalThis.databaseHost?.close()
  if (globalThis.testFolder) await rm(globalThis.testFolder, { recursive: true, force: true })
}
