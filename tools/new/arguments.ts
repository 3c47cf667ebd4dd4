/** The flags of `npm run new`. */
import { parseCommand } from '../../platform/process/command.ts'
import { StartRefused } from '../../platform/process/settings.ts'

const USAGE = 'Usage: npm run new -- NAME --stateful, or NAME --stateless; for example: npm run new -- cart --stateful'

export interface Asked {
  readonly name: string
  readonly kind: 'stateful' | 'stateless'
}

/** @throws StartRefused with the usage */
export function readArguments(args: readonly string[]): Asked {
  const options = { stateful: { type: 'boolean' }, stateless: { type: 'boolean' } } as const
  const { positionals, values } = parseCommand({ args: [...args], allowPositionals: true, options }, USAGE)
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0 || values.stateful === values.stateless) throw new StartRefused(USAGE)
  return { name, kind: values.stateful ? 'stateful' : 'stateless' }
}
