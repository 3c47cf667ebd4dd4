/**
 * `npm run config [-- --config FILE]`: prints the configuration in effect and where each value
 * comes from. Starts nothing.
 */
import { StartRefused } from '../../platform/process/settings.ts'
import { configFile } from './arguments.ts'
import { loadConfig } from './load.ts'
import { printConfig } from './print.ts'

try {
  console.log(printConfig(await loadConfig({ env: process.env, file: configFile(), isPartial: true })))
} catch (error) {
  if (!(error instanceof StartRefused)) throw error
  console.error(error.message)
  process.exitCode = 1
}
