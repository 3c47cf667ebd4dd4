/**
 * The systems compared: this product's gateway and banking as `npm start` starts them, and their
 * stock counterparts. Both on the same PostgreSQL.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gatewayFlags, processEnvironment } from '../../platform/memory/node-flags.ts'
import type { IdentityProvider } from '../../test/support/identity-provider.ts'
import { bank } from '../gateway/bank.ts'
import { composeGraph } from '../gateway/graph.ts'
import { type BenchmarkProcess, startProcess } from '../gateway/process.ts'

export interface Contestant {
  readonly name: 'tributary' | 'baseline'
  readonly gateway: BenchmarkProcess
  /** All instances together. */
  readonly service: Pick<BenchmarkProcess, 'usage' | 'stop'>
}

/** What both run on. */
interface Grounds {
  /** A folder of their own. */
  readonly folder: string
  readonly databaseUrl: string
  readonly provider: IdentityProvider
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const SECRET = 'the secret of the benchmark: 32 characters or more'
const NOWHERE = 'http://127.0.0.1:1'

/** Everything is at its defaults: limits, guards, audit, webhooks and the bank's own work. */
export async function startTributary(
  { folder, databaseUrl, provider }: Grounds,
  instances: number = 1,
): Promise<Contestant> {
  const common = {
    ...processEnvironment,
    ...provider.env,
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    DATA_DIR: folder,
    GATEWAY_SECRET: SECRET,
  }
  const banking = {
    args: [file('../../subgraphs/banking/main.ts')],
    env: { ...common, DATABASE_URL: databaseUrl },
    ready: 'announced' as const,
  }
  const services = await Promise.all(Array.from({ length: instances }, () => startProcess('banking', banking, 'any')))
  const urls = services.map(({ url }) => url).join(',')
  const addresses = { BANKING_URL: urls, WEATHER_URL: NOWHERE, CONTENT_URL: NOWHERE }
  const gateway = {
    args: [...gatewayFlags, file('../../gateway/main.ts')],
    env: { ...common, ...addresses, PORT: '0', ADMIN_PORT: '0' },
  }
  return withGateway('tributary', together(services), startProcess('gateway', gateway, 'any'))
}

export async function startBaseline({ folder, databaseUrl, provider }: Grounds): Promise<Contestant> {
  const subgraph = {
    args: [file('stock-subgraph.ts')],
    env: { ...provider.env, NODE_ENV: 'production', DATABASE_URL: databaseUrl },
  }
  const service = await startProcess('stock subgraph', subgraph, 'any')
  const supergraph = join(folder, 'baseline.graphql')
  await writeFile(supergraph, await composeGraph(bank, new URL(service.url).origin))
  const gateway = {
    args: [file('../../tools/compare/stock/main.ts')],
    env: { NODE_ENV: 'production', SUPERGRAPH: supergraph, APOLLO_TELEMETRY_DISABLED: 'true' },
  }
  return withGateway('baseline', service, startProcess('stock gateway', gateway, 'any'))
}

const together = (services: readonly BenchmarkProcess[]): Contestant['service'] => ({
  usage: () =>
    services
      .map((service) => service.usage())
      .reduce((sum, { cpu, memory }) => ({ cpu: sum.cpu + cpu, memory: sum.memory + memory })),
  async stop() {
    await Promise.all(services.map((service) => service.stop()))
  },
})

async function withGateway(
  name: Contestant['name'],
  service: Contestant['service'],
  starting: Promise<BenchmarkProcess>,
): Promise<Contestant> {
  try {
    return { name, service, gateway: await starting }
  } catch (error) {
    await service.stop()
    throw error
  }
}
