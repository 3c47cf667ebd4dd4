/**
 * The user that the database server runs as. PostgreSQL refuses root, so root runs it as
 * `postgres`; anyone else runs it as themselves.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { StartRefused } from '../../platform/process/settings.ts'

const run = promisify(execFile)

/** The user and group of a process. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

const NAME = 'postgres'

/**
 * The account to use, created if missing; `undefined` is this process's own.
 * @throws StartRefused if it is missing and cannot be created
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  return await lookUp().catch(makeAccount)
}

async function makeAccount(): Promise<Account> {
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', NAME])
    return await lookUp()
  } catch (error) {
    const why = error instanceof Error ? error.message.trim() : error
    throw new StartRefused(
      `PostgreSQL refuses to run as root, and the user ${NAME} cannot be made (${why}). Start as another user, or set DATABASE_URL.`,
    )
  }
}

async function lookUp(): Promise<Account> {
  const [user, group] = await Promise.all([run('id', ['-u', NAME]), run('id', ['-g', NAME])])
  return { uid: Number(user.stdout), gid: Number(group.stdout) }
}

/**
 * Whether the account can enter a folder or run a file. Asks the kernel, because modes alone do not
 * tell.
 */
export async function canReach(path: string, account: Account | undefined): Promise<boolean> {
  if (!account) return true
  return await run('/bin/sh', ['-c', 'test -x "$0"', path], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  )
}
