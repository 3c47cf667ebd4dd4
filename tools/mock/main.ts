/** `npm run mock`: the public schema with data that looks real, and no service behind it. */
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { fileURLToPath } from 'node:url'
import { files } from '../../gateway/supergraph/files.ts'
import { parseCommand, readWhole } from '../../platform/process/command.ts'
import { announceReady, runProcess } from '../../platform/process/lifecycle.ts'
import { createLogger } from '../../platform/process/log.ts'
import { whyTaken } from '../../platform/process/ports.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import { readDelays, readErrors } from './faults/faults.ts'
import type { MockOptions } from './run.ts'

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

const USAGE = `There are ${Object.keys(FLAGS)
  .map((name) => `--${name}`)
  .join(', ')}.`

function optionsOf(args: readonly string[], environment: NodeJS.ProcessEnv): MockOptions {
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

await runProcess(createLogger('mock', 'info'), async () => {
  const options = optionsOf(process.argv.slice(2), process.env)
  const port = Number(options.environment['PORT'] ?? 4000)
  if (port > 0 && (await whyTaken(options.environment['HOST'] ?? '127.0.0.1', port)) !== undefined)
    throw new StartRefused(`Port ${port} is taken: --port names another, and 0 takes any.`)
  // The gateway is loaded only once there is something to serve: a refusal comes at once.
  const { runMock } = await import('./run.ts')
  const mock = await runMock(options)
  announceReady(mock.url)
  const { hostname, port: opened } = new URL(mock.url)
  const local = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
  console.log(`ready http://${local ? 'localhost' : hostname}:${opened}/graphql`)
  return mock
})
