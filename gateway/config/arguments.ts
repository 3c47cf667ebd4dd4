/** The command line arguments of the gateway's programs. */
import { parseCommand } from '../../platform/process/command.ts'

/** The file of `--config FILE`. @throws StartRefused for anything else */
export const configFile = (): string | undefined =>
  parseCommand({ options: { config: { type: 'string' } } }, 'There is --config FILE.').values.config
