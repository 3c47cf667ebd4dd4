/** Parses the command line of `npm start`: the number of instances of each service. */
import { parseArgs } from 'node:util'

interface Flags {
  /** Instances of each service, as given. */
  readonly instances: ReadonlyMap<string, number>
  /** One line per fault. */
  readonly faults: readonly string[]
}

const MAX_INSTANCES = 8

/** Reads `--<service> <count>` for each of `names`. */
export function readFlags(args: readonly string[], names: readonly string[]): Flags {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false, // it would stop at the first fault
    tokens: true,
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  })
  const instances = new Map<string, number>()
  const faults: string[] = []
  const known = names.map((name) => `--${name}`).join(', ')
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1]
    if (token.kind === 'positional') {
      // A value after an unknown flag belongs to that flag.
      if (before?.kind === 'option' && !names.includes(before.name)) continue
      faults.push(`${token.value}: is not understood`)
    } else if (token.kind === 'option') {
      const count = /^[0-9]$/.test(token.value ?? '') ? Number(token.value) : 0
      if (!names.includes(token.name)) faults.push(`${token.rawName}: there is no such flag (there are ${known})`)
      else if (instances.has(token.name)) faults.push(`${token.rawName}: is given twice`)
      else if (count < 1 || count > MAX_INSTANCES)
        faults.push(`${token.rawName}: must be a number of instances, 1 to ${MAX_INSTANCES}`)
      instances.set(token.name, count)
    }
  }
  return { instances, faults }
}
