/**
 * PostgreSQL without an installation: a real, durable server from npm binaries, with its files in
 * the data folder. As a process (`node prisma/embedded.ts`) it lives as long as its supervisor, and
 * ends with its server.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { announceNotice, announceReady, type RunningProcess, runProcess } from '../platform/process/lifecycle.ts'
import { type FileLock, tryLock } from '../platform/process/lock.ts'
import { createLogger, type Logger } from '../platform/process/log.ts'
import { freePorts } from '../platform/process/ports.ts'
import { readOrMakeSecret } from '../platform/process/secret-file.ts'
import { port, processSettings, readSettings, StartRefused } from '../platform/process/settings.ts'
import { serverAccount } from './embedded/account.ts'
import { choosePassword, ensureCluster } from './embedded/cluster.ts'
import { endLeftovers } from './embedded/leftovers.ts'
import { DATABASE, ROLE } from './embedded/names.ts'
import { findPlaces } from './embedded/places.ts'
import { startServer } from './embedded/server.ts'

export interface EmbeddedOptions {
  /** The database is in its folder `postgres`, which is created if missing. */
  readonly dataDir: string
  readonly log: Logger
  /** The port on 127.0.0.1; 0, the default, takes any free one. */
  readonly port?: number
  /** Called with one line if the database is in an unexpected place; logs it by default. */
  readonly notice?: (line: string) => void
  /** Off only for throw-away databases of tests: a crash may then lose or corrupt everything. */
  readonly durable?: boolean
}

/** A running server. `url` stays valid over restarts on the same port. */
export interface EmbeddedDatabase extends RunningProcess {
  readonly url: string
  /** The postmaster's pid. */
  readonly pid: number
  /** Calls back once when the server has ended for any reason, with how it ended. */
  onExit(listener: (how: string) => void): void
}

const HANDOVER = 40_000 // milliseconds; longer than a stopping run may take

/**
 * Starts the database of a data folder, creating it on first use. Ends what a killed run left
 * behind.
 * @throws StartRefused if another process runs it, or its files or its user are missing
 * @throws Error with the end of the server's log if it does not start
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { dataDir, log, durable = true, notice = (line) => log.warn(line) } = options
  const account = await serverAccount()
  const places = await findPlaces(dataDir, account, notice)
  const lock = await waitForLock(join(places.home, 'lock'))
  try {
    const files = { cluster: join(places.home, 'cluster'), places, account, durable }
    await endLeftovers(files.cluster, log)
    const password = await readOrMakeSecret(join(places.home, 'password'), () => choosePassword(files))
    await ensureCluster(files, password)
    const [listenPort = 0] = options.port ? [options.port] : await freePorts(1)
    const logFile = join(places.home, 'server.log')
    const server = await startServer({ ...files, postgres: places.postgres, logFile, port: listenPort })
    void server.ended.then(() => lock.release())
    return {
      url: `postgresql://${ROLE}:${password}@127.0.0.1:${listenPort}/${DATABASE}`,
      pid: server.pid,
      stop: server.stop,
      onExit: (listener) => void server.ended.then(listener),
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** The process that ran this database before may still be shutting down. */
async function waitForLock(file: string): Promise<FileLock> {
  const deadline = Date.now() + HANDOVER
  while (Date.now() < deadline) {
    const lock = tryLock(file)
    if (lock) return lock
    await sleep(100)
  }
  throw new StartRefused(`Another process runs the database (${file} is locked).`)
}

if (import.meta.main) {
  const { LOG_LEVEL } = readSettings(z.object({ LOG_LEVEL: processSettings.LOG_LEVEL }), process.env)
  const log = createLogger('database', LOG_LEVEL)
  await runProcess(log, async () => {
    const settings = readSettings(z.object({ ...processSettings, PORT: port.default(0) }), process.env)
    const { DATA_DIR: dataDir, PORT } = settings
    const database = await startEmbedded({ dataDir, log, port: PORT, notice: announceNotice })
    let stopping = false
    database.onExit((how) => {
      if (stopping) return
      log.error({ how }, 'the database server died')
      process.exit(1) // the supervisor starts a new one on the same port
    })
    announceReady(database.url)
    return {
      async stop() {
        stopping = true
        await database.stop()
      },
    }
  })
}
