/** `npm run mock`: the public schema with data that looks real, and no service behind it. */
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { files } from '../../gateway/supergraph/files.ts'
import { announceReady, runProcess } from '../../platform/process/lifecycle.ts'
import { createLogger } from '../../platform/process/log.ts'
import { whyTaken } from '../../platform/process/ports.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import { readDelays, readErrors } from './faults/faults.ts'
import { type MockOptions, runMock } from './run.ts'

/** Those of the shipped schema. */
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

/** @throws StartRefused */
function readArguments(args: readonly string[]): Partial<Record<keyof typeof FLAGS, string>> {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values
  } catch (error) {
    const flags = Object.keys(FLAGS).map((name) => `--${name}`)
    throw new StartRefused(`${(error as Error).message}. There are ${flags.join(', ')}.`)
  }
}

function whole(flag: string, text: string, most: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) <= most) return Number(text)
  throw new StartRefused(`--${flag}: must be a whole number, 0 to ${most}.`)
}

function optionsOf(args: readonly string[], environment: NodeJS.ProcessEnv): MockOptions {
  const { supergraph, port, seed = '1', delay = '', errors = '', tick = '1000', contracts } = readArguments(args)
  const other = supergraph ?? environment['SUPERGRAPH']
  const own = other === undefined && existsSync(CONTRACTS) ? [CONTRACTS] : []
  return {
    file: other ?? fileURLToPath(files.supergraph),
    contracts: contracts === undefined ? own : [contracts],
    seed: whole('seed', seed, 999_999_999),
    tick: Math.max(whole('tick', tick, 3_600_000), 1),
    faults: { ...readErrors(errors), delays: readDelays(delay) },
    environment: { ...environment, ...(port !== undefined && { PORT: String(whole('port', port, 65_535)) }) },
    tell: (line) => console.log(line),
  }
}

await runProcess(createLogger('mock', 'info'), async () => {
  const options = optionsOf(process.argv.slice(2), process.env)
  const port = Number(options.environment['PORT'] ?? 4000)
  if (port > 0 && (await whyTaken(options.environment['HOST'] ?? '127.0.0.1', port)) !== undefined)
    throw new StartRefused(`Port ${port} is taken: --port names another, and 0 takes any.`)
  const mock = await runMock(options)
  announceReady(mock.url)
  const { hostname, port: opened } = new URL(mock.url)
  const local = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
  console.log(`ready http://${local ? 'localhost' : hostname}:${opened}/graphql`)
  return mock
})
