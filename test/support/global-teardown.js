/** After all suites: ends the database server, if one was asked for, and removes all files. */
import { rm } from 'node:fs/promises'

export default async function tearDown() {
  await globalThis.databaseHost?.close()
  if (globalThis.testFolder) await rm(globalThis.testFolder, { recursive: true, force: true })
}
