/**
 * Creates the database's files atomically. Never touches an existing cluster, except to set a new
 * password.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Account } from './account.ts'
import { DATABASE, ROLE } from './names.ts'
import { exists, type Places } from './places.ts'

const DRAFT = 'cluster.draft-'

interface ClusterFiles {
  /** PostgreSQL's data folder. */
  readonly cluster: string
  readonly places: Places
  readonly account: Account | undefined
  /** Flush the new files to disk. */
  readonly durable: boolean
}

/** A new random password for `ROLE`. An existing cluster gets it before it is written down. */
export async function choosePassword(files: ClusterFiles): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  if (await exists(files.cluster)) {
    await runSingleUser(files.cluster, files, [`ALTER ROLE ${ROLE} PASSWORD '${password}'`])
  }
  return password
}

/** Creates the cluster if it is missing. @param password of `ROLE`, from `choosePassword` */
export async function ensureCluster(files: ClusterFiles, password: string): Promise<void> {
  if (await exists(files.cluster)) return
  const { places, account, durable } = files
  for (const name of await readdir(places.home)) {
    if (name.startsWith(DRAFT)) await rm(join(places.home, name), { recursive: true, force: true, maxRetries: 5 })
  }
  const draft = join(places.home, `${DRAFT}${process.pid}`)
  await mkdir(draft, { mode: 0o700 })
  if (account) await chown(draft, account.uid, account.gid)
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const flags = ['--auth=reject', '--username=postgres', ...locale, ...(durable ? [] : ['--no-sync'])]
  await run(places.initdb, [`--pgdata=${draft}`, ...flags], account)
  await writeFile(join(draft, 'pg_hba.conf'), `host all ${ROLE} 127.0.0.1/32 scram-sha-256\n`)
  await runSingleUser(draft, files, [
    `CREATE ROLE ${ROLE} LOGIN CREATEDB PASSWORD '${password}'`,
    `GRANT pg_monitor TO ${ROLE}`,
    `CREATE DATABASE ${DATABASE} OWNER ${ROLE}`,
  ])
  await rename(draft, files.cluster)
}

/** Runs statements with no server and no connection, as PostgreSQL's bootstrap superuser. */
async function runSingleUser(
  cluster: string,
  { places, account, durable }: ClusterFiles,
  statements: readonly string[],
): Promise<void> {
  const settings = ['-c', 'exit_on_error=on', '-c', `fsync=${durable ? 'on' : 'off'}`]
  await run(
    places.postgres,
    ['--single', '-D', cluster, ...settings, 'postgres'],
    account,
    `${statements.join('\n')}\n`,
  )
}

async function run(program: string, args: string[], account: Account | undefined, input = ''): Promise<void> {
  const child = spawn(program, args, { ...account, cwd: '/', stdio: ['pipe', 'ignore', 'pipe'] })
  const ended = once(child, 'close')
  child.stdin.on('error', () => {}) // a program that ends early reports why on standard error
  child.stdin.end(input)
  const [complaint, [code, signal]] = await Promise.all([text(child.stderr), ended])
  if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}: ${complaint.trim()}`)
}
