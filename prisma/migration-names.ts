/** Finds the names of migrations. */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The project's own. */
export const MIGRATIONS = fileURLToPath(new URL('migrations/', import.meta.url))

/** The names of all migrations in a folder, the oldest first. */
export async function migrationNames(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}
