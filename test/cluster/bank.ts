/** Instances of banking on a cluster, as clients and subscribers see them. */
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { migrate } from '../../prisma/migrate.ts'
import { openClient } from '../../subgraphs/banking/database/connect.ts'
import type { Bank } from '../subgraphs/banking/history/cluster.ts'
import { endProcess, type Instance, startInstance } from '../subgraphs/banking/history/instance.ts'
import { makeDataFolder } from '../support/data-folder.ts'
import { TEST_SECRET } from '../support/signed-call.ts'
import type { PatroniCluster } from './patroni.ts'

export interface ClusterBank extends Bank {
  stop(): Promise<void>
}

/** @param instances how many @param settings beside those that they need */
export async function startBank(
  { url }: PatroniCluster,
  instances: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<ClusterBank> {
  const folder = await makeDataFolder()
  const target = new URL(url.replace(/,[^/]*/, '')).pathname.slice(1)
  const client = await openClient(url.replace(`/${target}?`, '/postgres?'))
  await client.query(`CREATE DATABASE "${target}"`).finally(() => client.end())
  await migrate(url)
  const identity = await demoIdentity(folder.path)
  const crashes: string[] = []
  const running: Instance[] = await Promise.all(
    Array.from({ length: instances }, () =>
      startInstance({
        DATABASE_URL: url,
        DATA_DIR: folder.path,
        GATEWAY_SECRET: TEST_SECRET,
        LOG_LEVEL: 'silent',
        ...settings,
      }),
    ),
  )
  let isStopping = false
  for (const [index, { process: child }] of running.entries())
    child.once('exit', (code) => {
      if (!isStopping) crashes.push(`instance ${index} ended by itself, with ${code}`)
    })
  return {
    databaseUrl: url,
    eras: [{ databaseUrl: url, cut: undefined }],
    authorization: `Bearer ${await identity.sign('officer')}`,
    instances,
    crashes,
    url: (instance) => running[instance]?.url,
    async stop() {
      isStopping = true
      await Promise.all(running.map(({ process: child }) => endProcess(child, 'SIGTERM')))
      await folder.remove()
    },
  }
}
