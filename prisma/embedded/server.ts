/** One run of the database server: spawn, wait until ready, stop. Does not create its files. */
import { type ChildProcess, spawn } from 'node:child_process'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './account.ts'

interface ServerOptions {
  readonly postgres: string
  readonly account: Account | undefined
  readonly cluster: string
  /** The server's log: a file rather than a pipe, because the server may outlive this process. */
  readonly logFile: string
  readonly port: number
  readonly durable: boolean
}

interface Server {
  readonly pid: number
  /** Resolves once the server has ended for any reason, to how it ended. */
  readonly ended: Promise<string>
  /**
   * PostgreSQL's fast shutdown: ends sessions and flushes, so that the next start needs no
   * recovery.
   */
  stop(): Promise<void>
}

const FAST_SHUTDOWN = 15_000 // milliseconds; then the immediate shutdown, which leaves recovery to the next start
const LOG_SIZE = 1024 * 1024 // bytes, after which the file is rotated

/**
 * Command-line settings override the cluster's files, so a new version's settings apply to an old
 * cluster.
 */
function serverSettings({ port, durable }: ServerOptions): Record<string, string | number> {
  const flush = durable ? 'on' : 'off'
  return {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 120,
    shared_buffers: '256MB',
    // Acknowledged writes survive a crash.
    fsync: flush,
    synchronous_commit: flush,
    full_page_writes: flush,
    // After a checkpoint the first change of a page writes all of it to the WAL: the fewer, the
    // less WAL.
    max_wal_size: '2GB',
    checkpoint_completion_target: 0.9,
    random_page_cost: 1.1,
    // For short statements on few cores, parallel workers and compilation cost more than they save.
    max_parallel_workers_per_gather: 0,
    jit: 'off',
    // A dead or hanging client must not keep its locks.
    client_connection_check_interval: '2s',
    idle_in_transaction_session_timeout: '60s',
    timezone: 'UTC',
    log_timezone: 'UTC',
  }
}

/**
 * Starts the server; resolves once it accepts connections. @throws Error with the end of the
 * server's log if it does not
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { postgres, account, cluster, logFile } = options
  const size = await stat(logFile).then(
    (file) => file.size,
    () => 0,
  )
  if (size > LOG_SIZE) await rename(logFile, `${logFile}.1`)
  const output = await open(logFile, 'a', 0o600)
  const settings = Object.entries(serverSettings(options)).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // Its own process group: Ctrl-C in a terminal reaches a whole group, and the database must stop
  // last.
  const spawnOptions = { ...account, cwd: '/', detached: true, env: { LC_ALL: 'C' } }
  const child = spawn(postgres, ['-D', cluster, ...settings], {
    ...spawnOptions,
    stdio: ['ignore', output.fd, output.fd],
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  await output.close() // the server has its own copy
  await becomeReady(child, cluster, ended).catch(async (error: Error) => {
    const tail = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-10).join('\n')
    throw new Error(`${error.message}\n${tail}`)
  })
  return {
    pid: child.pid as number,
    ended,
    async stop() {
      child.kill('SIGINT')
      const escalation = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN)
      await ended
      clearTimeout(escalation)
    },
  }
}

/**
 * The eighth line of the pid file holds the server's state, as `pg_ctl` reads it. There is no
 * deadline: interrupting a recovery only restarts it.
 */
async function becomeReady(child: ChildProcess, cluster: string, ended: Promise<string>): Promise<void> {
  let outcome: string | undefined
  ended.then((how) => {
    outcome = how
  })
  while (outcome === undefined) {
    const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return
    await sleep(20)
  }
  throw new Error(`The database server ended while starting (${outcome}):`)
}
