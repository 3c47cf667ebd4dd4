/** Instances of banking on an existing database, as clients and subscribers see them. */
import { demoIdentity } from '../../../../platform/protocol/demo-identity.ts'
import { makeDataFolder } from '../../../support/data-folder.ts'
import { TEST_SECRET } from '../../../support/signed-call.ts'
import type { Bank } from './cluster.ts'
import { endProcess, type Instance, startInstance } from './instance.ts'

export interface StoppableBank extends Bank {
  stop(): Promise<void>
}

/** @param instances number of instances @param settings in addition to the required ones */
export async function startBankOn(
  databaseUrl: string,
  instances: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<StoppableBank> {
  const folder = await makeDataFolder()
  const identity = await demoIdentity(folder.path)
  const crashes: string[] = []
  const running: Instance[] = await Promise.all(
    Array.from({ length: instances }, () =>
      startInstance({
        DATABASE_URL: databaseUrl,
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
    databaseUrl,
    eras: [{ databaseUrl, cut: undefined }],
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
