/**
 * `npm start`: database, services and gateway as processes on this machine, from the first check to
 * the last stop.
 */
import { runProcess } from './platform/process/lifecycle.ts'
import { createLogger } from './platform/process/log.ts'
import { choosePorts } from './start/addresses.ts'
import { gatewaySecret, lockDataFolder } from './start/data-folder.ts'
import { launch } from './start/launch.ts'
import { endWithNpm } from './start/npm.ts'
import { describeSystem } from './start/processes.ts'
import { addressTable, stateLine } from './start/report.ts'
import { readStartSettings } from './start/settings.ts'

const STOP = 120_000 // milliseconds for gateway, services and database, one after the other

const log = createLogger('start', 'info')
process.stdout.on('error', () => {}) // whoever read it is gone, which is no reason to stop
endWithNpm(process.env)
await runProcess(
  log,
  async () => {
    const settings = await readStartSettings(process.argv.slice(2), process.env)
    const lock = await lockDataFolder(settings.dataDir)
    const ports = await choosePorts(settings)
    for (const notice of ports.notices) console.log(notice)
    const secret = settings.gatewaySecret ?? (await gatewaySecret(settings.dataDir))
    const system = await describeSystem(settings, ports, secret)

    const launched = launch(system, settings.databaseUrl, (label, state) => console.log(stateLine(label, state)))
    launched.ready.then(
      () => console.log(`\n${addressTable(settings, ports, system)}`),
      async (error: Error) => {
        console.error(error.message)
        await launched.stop()
        process.exit(1)
      },
    )
    return {
      async stop() {
        await launched.stop()
        lock.release()
      },
    }
  },
  { stopTimeout: STOP },
)
