/** A bank to hurt: a durable PostgreSQL, a proxy before it, and several instances as processes of their own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import type { ReadyMessage } from '../../../../gateway/process/lifecycle.ts'
import { demoIdentity } from '../../../../gateway/protocol/demo-identity.ts'
import { type EmbeddedDatabase, startEmbedded } from '../../../../prisma/embedded.ts'
import { migrate } from '../../../../prisma/migrate.ts'
import { TEST_SECRET } from '../../../support/signed-call.ts'
import { type NetworkProxy, startProxy } from './proxy.ts'

export interface Cluster {
  /** Straight to the database, past the proxy. */
  readonly databaseUrl: string
  readonly authorization: string
  /** The address of an instance; undefined while it is down. */
  url(instance: number): string | undefined
  readonly instances: number
  /** Kills with SIGKILL and starts again. */
  killInstance(instance: number): Promise<void>
  killPostmaster(): Promise<void>
  readonly proxy: NetworkProxy
  stop(): Promise<void>
}

const MAIN = fileURLToPath(new URL('../../../../subgraphs/banking/main.ts', import.meta.url))

export async function startCluster(instances: number): Promise<Cluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-history-'))
  await chmod(dataDir, 0o755) // as root, the server's own user must get in
  const log = pino({ level: 'silent' })
  let database: EmbeddedDatabase = await startEmbedded({ dataDir, log })
  const databaseUrl = database.url
  const port = Number(new URL(databaseUrl).port)
  await migrate(databaseUrl)
  const proxy = await startProxy(port)
  const identity = await demoIdentity(dataDir)

  const running: (Instance | undefined)[] = []
  const startInstance = async (instance: number): Promise<void> => {
    running[instance] = await spawn({
      DATABASE_URL: Object.assign(new URL(databaseUrl), { port: `${proxy.port}` }).href,
      DATA_DIR: dataDir,
      GATEWAY_SECRET: TEST_SECRET,
      LOG_LEVEL: 'silent',
    })
  }
  await Promise.all(Array.from({ length: instances }, (_, instance) => startInstance(instance)))

  return {
    databaseUrl,
    authorization: `Bearer ${await identity.sign('officer')}`,
    instances,
    proxy,
    url: (instance) => running[instance]?.url,
    async killInstance(instance) {
      const victim = running[instance]
      running[instance] = undefined
      if (victim) await end(victim.process, 'SIGKILL')
      await startInstance(instance)
    },
    async killPostmaster() {
      const gone = new Promise<void>((resolve) => database.onExit(() => resolve()))
      process.kill(database.pid, 'SIGKILL')
      await gone
      database = await startEmbedded({ dataDir, log, port })
    },
    async stop() {
      await Promise.all(running.map((instance) => instance && end(instance.process, 'SIGTERM')))
      await proxy.close()
      await database.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

interface Instance {
  readonly process: ChildProcess
  readonly url: string
}

async function spawn(environment: Readonly<Record<string, string>>): Promise<Instance> {
  const child = fork(MAIN, {
    env: { ...process.env, ...environment },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`An instance ended with ${code} while it started.`))),
  ])) as [ReadyMessage]
  return { process: child, url: ready.url }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}
