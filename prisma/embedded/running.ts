/**
 * The URL of the running embedded database, for other tools. Imports Node modules only, because
 * Prisma's own loader reads it too.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATABASE, ROLE } from './names.ts'

/** `undefined` if none runs in the data folder. */
export function runningUrl(dataDir: string): string | undefined {
  try {
    const home = join(dataDir, 'postgres')
    const password = readFileSync(join(home, 'password'), 'utf8')
    const port = readFileSync(join(home, 'cluster/postmaster.pid'), 'utf8').split('\n')[3]
    return `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`
  } catch {
    return undefined
  }
}
