/**
 * `npm run config [-- --config FILE]`: prints the configuration in effect and where each value
 * comes from. Starts nothing.
 */
import { runCommand } from '../../platform/process/command.ts'
import { configFile } from './arguments.ts'
import { loadConfig } from './load.ts'
import { printConfig } from './print.ts'

await runCommand(async () => {
  console.log(printConfig(await loadConfig({ env: process.env, file: configFile(), isPartial: true })))
  return 0
})
