/**
 * A PostgreSQL primary with standbys, on loopback. Uses the project's own binaries, or others
 * (Debian's).
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePorts } from '../../platform/process/ports.ts'
import { type Account, serverAccount } from '../../prisma/embedded/account.ts'
import { findPlaces } from '../../prisma/embedded/places.ts'
import { makeDataFolder, type TestFolder } from './data-folder.ts'
import { until } from './until.ts'

export interface TestServer {
  readonly port: number
  /** The postmaster's. */
  readonly pid: number
  readonly cluster: string
  start(): Promise<void>
  /** Stops the server, and ends every session. */
  stop(): Promise<void>
  /** Runs a statement as the superuser. */
  query(statement: string): Promise<readonly Record<string, unknown>[]>
}

interface Programs {
  readonly postgres: string
  readonly initdb: string
}

const DEBIAN = '/usr/lib/postgresql/15/bin'
export const DEBIAN_15: Programs = { postgres: `${DEBIAN}/postgres`, initdb: `${DEBIAN}/initdb` }

export interface TestServers {
  /** The first is the primary, the others are its standbys. */
  readonly servers: readonly [TestServer, ...TestServer[]]
  /** One URL for all servers, in this order. */
  readonly url: string
  stop(): Promise<void>
}

const run = promisify(execFile)
const ROLE = 'postgres'
const NAME = 'bank'

/** One URL for all of these ports. */
export const urlOf = (ports: readonly number[]): string =>
  `postgresql://${ROLE}@${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${NAME}?target_session_attrs=read-write`

/** The files of a server that was never started, for tests that start several. */
export interface InitialServer extends TestFolder {
  readonly cluster: string
}

export async function initialServer(programs?: Programs): Promise<InitialServer> {
  const folder = await makeDataFolder()
  const account = await serverAccount()
  const { initdb } = programs ?? (await findPlaces(folder.path, account, () => {}))
  const cluster = join(folder.path, 'initial')
  await mkdir(cluster, { mode: 0o700 })
  if (account) await chown(cluster, account.uid, account.gid)
  const flags = ['--auth=trust', `--username=${ROLE}`, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync']
  await run(initdb, [`--pgdata=${cluster}`, ...flags], { ...account, cwd: '/' })
  await appendFile(join(cluster, 'postgresql.conf'), 'fsync = off\n') // no test cuts the power
  return { ...folder, cluster }
}

/**
 * @param count number of servers, the primary included @param programs by default the project's own
 * @param initial data files to start from, made by the same programs
 */
export async function startServers(count: number, programs?: Programs, initial?: InitialServer): Promise<TestServers> {
  const folder = await makeDataFolder()
  const account = await serverAccount()
  const found = programs ?? (await findPlaces(folder.path, account, () => {}))
  const ports = await freePorts(count)
  const [port = 0] = ports
  const cluster = join(folder.path, 'server-0')
  const files = initial ?? (await initialServer(programs))
  await run('cp', ['--archive', files.cluster, cluster])
  if (!initial) await files.remove()
  const serverOf = (each: number, index: number): TestServer =>
    testServer({ postgres: found.postgres, cluster: join(folder.path, `server-${index}`), port: each, account })
  const primary = serverOf(port, 0)
  await primary.start()
  await primary.query(`CREATE DATABASE ${NAME}`)
  await primary.stop()
  const standbys = ports.slice(1).map((each, index) => serverOf(each, index + 1))
  for (const standby of standbys) await follow(cluster, standby.cluster, port)
  for (const server of [primary, ...standbys]) await server.start()
  return {
    servers: [primary, ...standbys],
    url: urlOf(ports),
    async stop() {
      await Promise.all([primary, ...standbys].map((server) => server.stop()))
      await folder.remove()
    },
  }
}

/** Copies a stopped server's files, and makes the copy its standby. */
async function follow(cluster: string, copy: string, port: number): Promise<void> {
  await run('cp', ['--archive', cluster, copy])
  await writeFile(join(copy, 'standby.signal'), '')
  await appendFile(
    join(copy, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=${ROLE} application_name=standby'\n`,
  )
}

interface ServerOptions {
  readonly postgres: string
  readonly cluster: string
  readonly port: number
  readonly account: Account | undefined
}

function testServer({ postgres, cluster, port, account }: ServerOptions): TestServer {
  let child: ChildProcess | undefined
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', timezone: 'UTC' }
  const query = async (statement: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new Client({ connectionString: `postgresql://${ROLE}@127.0.0.1:${port}/postgres` })
    client.on('error', () => {})
    await client.connect()
    return (await client.query(statement).finally(() => client.end())).rows
  }
  return {
    port,
    cluster,
    query,
    get pid() {
      return child?.pid ?? 0
    },
    async start() {
      if (isRunning()) return
      const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
      child = spawn(postgres, ['-D', cluster, ...flags], { ...account, cwd: '/', stdio: 'ignore' })
      await until(() => query('SELECT 1').then(Boolean, () => false))
    },
    async stop() {
      if (!child || !isRunning()) return
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      await ended
    },
  }
}
