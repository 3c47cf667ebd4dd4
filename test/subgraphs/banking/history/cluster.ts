/**
 * A bank for fault injection: a durable PostgreSQL, a proxy in front of it, and several instances
 * as processes.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { demoIdentity } from '../../../../platform/protocol/demo-identity.ts'
import { backup } from '../../../../prisma/backup.ts'
import { type EmbeddedDatabase, startEmbedded } from '../../../../prisma/embedded.ts'
import { migrate } from '../../../../prisma/migrate.ts'
import { log } from '../../../support/log.ts'
import { TEST_SECRET } from '../../../support/signed-call.ts'
import { type Clocks, startClocks } from './clocks.ts'
import { type Era, lastOperation, restoreInto, writerAddress } from './era.ts'
import { endProcess, type Instance, startInstance } from './instance.ts'
import { type NetworkProxy, startProxy } from './proxy.ts'

/** The bank as clients and subscribers see it. */
export interface Bank {
  /** The database's direct URL, without the proxy. A restore changes it. */
  readonly databaseUrl: string
  /** Each restore begins a new era. */
  readonly eras: readonly Era[]
  readonly authorization: string
  /** The address of an instance; undefined while it is down. */
  url(instance: number): string | undefined
  readonly instances: number
  /** Instances that ended by themselves, which is always a fault. */
  readonly crashes: readonly string[]
}

export interface Cluster extends Bank {
  /** Undefined if all use the machine's clock. */
  readonly clocks: Clocks | undefined
  /** Kills with SIGKILL and starts again. */
  killInstance(instance: number): Promise<void>
  signalInstance(instance: number, signal: 'SIGSTOP' | 'SIGCONT'): void
  killPostmaster(): Promise<void>
  /** Resolves to the folder. */
  backup(): Promise<string>
  /** Stops all instances, fills a new database from the backup and starts them on it. */
  restore(folder: string): Promise<void>
  /** The number of the last operation, read from the database. */
  lastOperation(): Promise<bigint>
  /** The instance that has the lease, by the database. */
  writer(): Promise<number | undefined>
  readonly proxy: NetworkProxy
  stop(): Promise<void>
}

interface ClusterOptions {
  /** Uses adjustable clocks, with so many milliseconds until midnight. */
  readonly midnightIn?: number
  /** The first so many instances take no part in elections, as in earlier versions. */
  readonly unelected?: number
}

const UNELECTED_MAIN = fileURLToPath(new URL('unelected-main.ts', import.meta.url))

/** Prefix of an instance's application name at the database. */
export const INSTANCE_NAME = 'instance-'

export async function startCluster(
  instances: number,
  { midnightIn, unelected = 0 }: ClusterOptions = {},
): Promise<Cluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-history-'))
  await chmod(dataDir, 0o755) // if this runs as root, the server's user needs access
  const clocks = midnightIn === undefined ? undefined : await startClocks(dataDir, instances, midnightIn)
  let database: EmbeddedDatabase = await startEmbedded({ dataDir, log })
  const port = Number(new URL(database.url).port)
  await migrate(database.url)
  const eras: Era[] = [{ databaseUrl: database.url, cut: undefined }]
  const databaseUrl = (): string => eras.at(-1)?.databaseUrl ?? ''
  const proxy = await startProxy(port)
  await clocks?.setDatabase(databaseUrl())
  const identity = await demoIdentity(dataDir)

  const running: (Instance | undefined)[] = []
  const crashes: string[] = []
  const start = async (instance: number): Promise<void> => {
    const url = Object.assign(new URL(databaseUrl()), { port: `${proxy.port}` })
    url.searchParams.set('application_name', `${INSTANCE_NAME}${instance}`)
    const environment = {
      DATABASE_URL: url.href,
      DATA_DIR: dataDir,
      GATEWAY_SECRET: TEST_SECRET,
      LOG_LEVEL: 'silent',
      ...clocks?.environment(instance),
    }
    const started = await startInstance(environment, instance < unelected ? UNELECTED_MAIN : undefined)
    running[instance] = started
    started.process.once('exit', (code) => {
      if (running[instance] === started) crashes.push(`instance ${instance} ended by itself, with ${code}`)
    })
  }
  const startAll = () => Promise.all(Array.from({ length: instances }, (_, instance) => start(instance)))
  const endInstance = async (instance: number, signal: NodeJS.Signals): Promise<void> => {
    const victim = running[instance]
    running[instance] = undefined
    if (!victim) return
    await endProcess(victim.process, signal)
    await clocks?.forget(victim.process.pid ?? 0)
  }
  const endAll = () => Promise.all(running.map((_, instance) => endInstance(instance, 'SIGTERM')))
  await startAll()

  return {
    get databaseUrl() {
      return databaseUrl()
    },
    eras,
    authorization: `Bearer ${await identity.sign('officer')}`,
    instances,
    crashes,
    clocks,
    proxy,
    url: (instance) => running[instance]?.url,
    async killInstance(instance) {
      await endInstance(instance, 'SIGKILL')
      await start(instance)
    },
    signalInstance: (instance, signal) => void running[instance]?.process.kill(signal),
    async killPostmaster() {
      const gone = new Promise<void>((resolve) => database.onExit(() => resolve()))
      process.kill(database.pid, 'SIGKILL')
      await gone
      database = await startEmbedded({ dataDir, log, port })
    },
    async backup() {
      const folder = join(dataDir, `backup-${eras.length}`)
      await backup(databaseUrl(), folder)
      return folder
    },
    async restore(folder) {
      await endAll()
      const era = await restoreInto(databaseUrl(), `restored_${eras.length}`, folder)
      await clocks?.setDatabase(era.databaseUrl)
      eras.push(era)
      await startAll()
    },
    lastOperation: () => lastOperation(databaseUrl()),
    async writer() {
      const address = await writerAddress(databaseUrl())
      const found = running.findIndex((instance) => instance !== undefined && instance.url === address)
      return found < 0 ? undefined : found
    },
    async stop() {
      clocks?.close()
      await endAll()
      await proxy.close()
      await database.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
