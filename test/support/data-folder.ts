/**
 * A data folder for one suite, which the user `postgres` can access even if the tests run as root.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestFolder {
  readonly path: string
  remove(): Promise<void>
}

export async function makeDataFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  await chmod(path, 0o755)
  return folderAt(path)
}

/** An existing folder. */
export const folderAt = (path: string): TestFolder => ({
  path,
  remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
})
