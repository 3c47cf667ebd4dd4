/** The flags of `npm run mock`. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { files } from '../../gateway/supergraph/files.ts'
import { parseCommand, readWhole } from '../../platform/process/command.ts'
import { readDelays, readErrors } from './faults/faults.ts'
import type { MockOptions } from './run.ts'

/** Contracts of the shipped schema. */
const CONTRACTS = fileURLToPath(new URL('../../client/contracts', import.meta.url))

const FLAGS = {
  supergraph: { type: 'string' },
  port: { type: 'string' },
  seed: { type: 'string' },
  delay: { type: 'string' },
  errors: { type: 'string' },
  tick: { type: 'string' },
  contracts: { type: 'string' },
} as const

const USAGE = `There are ${Object.keys(FLAGS)
  .map((name) => `--${name}`)
  .join(', ')}.`

/** @throws StartRefused with the reason */
export function readArguments(args: readonly string[], environment: NodeJS.ProcessEnv): MockOptions {
  const {
    supergraph,
    port,
    seed = '1',
    delay = '',
    errors = '',
    tick = '1000',
    contracts,
  } = parseCommand({ args: [...args], options: FLAGS }, USAGE).values
  const other = supergraph ?? environment['SUPERGRAPH']
  const own = other === undefined && existsSync(CONTRACTS) ? [CONTRACTS] : []
  return {
    file: other ?? fileURLToPath(files.supergraph),
    contracts: contracts === undefined ? own : [contracts],
    seed: readWhole('--seed', seed, 0, 999_999_999),
    tick: Math.max(readWhole('--tick', tick, 0, 3_600_000), 1),
    faults: { ...readErrors(errors), delays: readDelays(delay) },
    environment: { ...environment, ...(port !== undefined && { PORT: String(readWhole('--port', port, 0, 65_535)) }) },
    tell: (line) => console.log(line),
  }
}
