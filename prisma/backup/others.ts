/** Which services have a database to themselves, of which the bank's backup holds nothing. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'

const SERVICES = new URL('../../subgraphs/', import.meta.url)

/** Names, by their `migrate.ts`. @param folder of services, with a slash at its end */
export async function servicesBeside(folder: URL = SERVICES): Promise<readonly string[]> {
  const names = await readdir(folder)
  return names.filter((name) => existsSync(new URL(`${name}/migrate.ts`, folder))).sort()
}

/** For people; empty where there are none. */
export const saidOfOthers = (names: readonly string[]): string =>
  names.length === 0
    ? ''
    : `\nnot of ${names.join(', ')}: each has a database of its own, for \`pg_dump\` and \`pg_restore\``
