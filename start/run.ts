/** Runs everything on this machine, from the first check to the last stop. */
import { runProcess } from '../platform/process/lifecycle.ts'
import { createLogger } from '../platform/process/log.ts'
import { choosePorts } from './addresses.ts'
import { openControl } from './control.ts'
import { gatewaySecret, lockDataFolder } from './data-folder.ts'
import { type Launched, launch } from './launch.ts'
import { endWithNpm } from './npm.ts'
import { describeSystem } from './processes.ts'
import { addressTable, stateLine } from './report.ts'
import { type Environment, readStartSettings } from './settings.ts'
import type { Report } from './supervise.ts'

interface Extras {
  /** Done before the first process starts. */
  before?(environment: Environment, report: Report): Promise<void>
  /** Called when everything serves. The result undoes it. */
  whenReady?(launched: Launched, environment: Environment): () => void
}

const STOP = 120_000 // milliseconds for gateway, services and database, one after the other

export async function runSystem(
  args: readonly string[],
  environment: Environment,
  { before, whenReady }: Extras = {},
): Promise<void> {
  const log = createLogger('start', 'info')
  const report: Report = (label, state) => console.log(stateLine(label, state))
  process.stdout.on('error', () => {}) // the reader is gone, which is no reason to stop
  endWithNpm(environment)
  await runProcess(
    log,
    async () => {
      const settings = await readStartSettings(args, environment)
      const lock = await lockDataFolder(settings.dataDir)
      const ports = await choosePorts(settings)
      for (const notice of ports.notices) console.log(notice)
      const secret = settings.gatewaySecret ?? (await gatewaySecret(settings.dataDir))
      const control = settings.demo && settings.playground ? await openControl() : undefined
      const system = await describeSystem(settings, ports, secret, control)
      await before?.(environment, report)

      const launched = launch(system, settings.databaseUrl, report)
      control?.serve(launched.instances)
      let undo: (() => void) | undefined
      launched.ready.then(
        () => {
          // Before the line is printed: its reader may change something at once.
          undo = whenReady?.(launched, environment)
          console.log(`\n${addressTable(settings, ports, system)}`)
        },
        async (error: Error) => {
          console.error(error.message)
          await launched.stop()
          process.exit(1)
        },
      )
      return {
        async stop() {
          undo?.()
          await Promise.all([launched.stop(), control?.close()])
          lock.release()
        },
      }
    },
    { stopTimeout: STOP },
  )
}
