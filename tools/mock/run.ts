/**
 * Runs a mock: its service, and the gateway in front of it, so that clients get the gateway's own
 * transports, limits and errors. Reloads the mocked file when it changes.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../gateway/config/load.ts'
import { startGateway } from '../../gateway/gateway.ts'
import type { RunningProcess } from '../../platform/process/lifecycle.ts'
import { createLogger, type Logger } from '../../platform/process/log.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import { stampOf, watchFiles } from '../../platform/process/watch-file.ts'
import { contractFiles, readContracts } from '../consumers/contracts/contract.ts'
import { examplesOf } from './examples/examples.ts'
import { DELAY_HEADER, ERROR_HEADER, type Faults } from './faults/faults.ts'
import type { WorldOptions } from './resolve/world.ts'
import { readSource, type Source } from './schema/source.ts'
import { startService } from './service.ts'

export interface MockOptions {
  /** A supergraph, or the schema of one service. */
  readonly file: string
  readonly seed: number
  /** Milliseconds between events. */
  readonly tick: number
  readonly faults: Faults
  /** Files and folders of consumer contracts, whose examples are returned. */
  readonly contracts: readonly string[]
  /** Settings of the gateway. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Called with a line for the person who runs it. */
  readonly tell: (line: string) => void
}

interface RunningMock extends RunningProcess {
  /** Base address. */
  readonly url: string
}

/** Ports on which development servers of web pages listen. */
const PAGES = [3000, 4173, 5173, 8080].flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`])
const HEADERS = [
  'content-type',
  'authorization',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
  'graphql-client-name',
  'graphql-client-version',
  'last-event-id',
  ERROR_HEADER,
  DELAY_HEADER,
]

export async function runMock(options: MockOptions): Promise<RunningMock> {
  const { file, faults, environment, tell } = options
  const { seed, tick } = options
  const worldOf = async ({ schema, keys }: Source): Promise<WorldOptions> => {
    const contracts = options.contracts.length > 0 ? await readContracts(options.contracts) : []
    return { seed, tick, ...examplesOf(contracts, schema, keys) }
  }
  const first = await read(file)
  const service = await startService(first, await worldOf(first), faults)
  const folder = await mkdtemp(join(tmpdir(), 'tributary-mock-'))
  const supergraph = join(folder, 'supergraph.graphql')
  const close = async (): Promise<void> => {
    await service.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await writeFile(supergraph, first.supergraph(service.url))
    const log = createLogger('mock', 'warn')
    const gateway = await openGateway({ ...environment, SUPERGRAPH: supergraph, DATA_DIR: folder }, log)
    const watched = [file, ...(await contractFiles(options.contracts))]
    const stopWatching = watchFiles(new Map(watched.map((each) => [each, stampOf(each)])), async () => {
      try {
        const source = await read(file)
        const text = source.supergraph(service.url)
        service.use(source, await worldOf(source))
        await writeFile(supergraph, text)
        tell('The schema or a contract changed, and is mocked as it is now.')
      } catch (error) {
        if (!(error instanceof StartRefused)) throw error
        tell(`${error.message}\nThe mock goes on as it was.`)
      }
    })
    return {
      url: gateway.url,
      async stop() {
        stopWatching()
        await gateway.stop()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function read(file: string): Promise<Source> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new StartRefused(`${file} cannot be read.`)
  })
  return readSource(text, file)
}

/** Clients see each error that they requested, with any code. */
async function openGateway(environment: MockOptions['environment'], log: Logger) {
  const forward = JSON.stringify([{ forward: [ERROR_HEADER, DELAY_HEADER] }])
  const env = {
    CORS_ORIGINS: PAGES.join(','),
    CORS_ALLOWED_HEADERS: HEADERS.join(','),
    ERRORS_CODES: 'all',
    ERRORS_MESSAGES: 'all',
    ERRORS_SERVICE_NAME: 'off',
    ...environment,
    HEADERS_SERVICES: forward,
  }
  const { config } = await loadConfig({ env })
  log.level = config.logLevel === 'info' ? 'warn' : config.logLevel
  return startGateway({ ...config, draining: { ...config.draining, quiet: 0, grace: 0 } }, log)
}
