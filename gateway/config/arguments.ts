/** What the gateway's programs are told on the command line. */
import { parseArgs } from 'node:util'
import { StartRefused } from '../../platform/process/settings.ts'

/** The file of `--config FILE`. @throws StartRefused for anything else */
export function configFile(): string | undefined {
  try {
    return parseArgs({ options: { config: { type: 'string' } } }).values.config
  } catch (error) {
    throw new StartRefused(`${(error as Error).message}. There is --config FILE.`)
  }
}
