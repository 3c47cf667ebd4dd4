/** The gateways that take part, and how each is started on a supergraph. */
import { fileURLToPath } from 'node:url'
import { gatewayFlags, processEnvironment } from '../../platform/memory/node-flags.ts'
import { startGrafbase, whyNoGrafbase } from './grafbase.ts'
import type { Grounds } from './graph.ts'
import type { Program } from './process.ts'

export interface Contestant {
  readonly name: string
  program(grounds: Grounds): Promise<Program>
  /** Why it cannot take part; `undefined` if it can. */
  readonly missing?: () => string | undefined
}

export const OURS = 'tributary'
export const BASELINE = 'apollo'
export const RUST = 'grafbase'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Settings for any peer on Node; each reads what it needs. */
const peer = (name: string, script: string, extra: Readonly<Record<string, string>> = {}): Contestant => ({
  name,
  program: async ({ supergraph, services }) => ({
    args: [file(`../peers/${script}`)],
    env: { NODE_ENV: 'production', SUPERGRAPH: supergraph, SERVICES: JSON.stringify(services), ...extra },
  }),
})

export const contestants: readonly Contestant[] = [
  {
    name: OURS,
    program: async ({ supergraph, services, stateless }) => ({
      args: [...gatewayFlags, file('../../gateway/main.ts')],
      env: {
        ...processEnvironment,
        NODE_ENV: 'production',
        SUPERGRAPH: supergraph,
        PORT: '0',
        ADMIN_PORT: '0',
        // For the longest of the joined lists.
        LIMIT_LIST_SIZE: '10000',
        LIMIT_COST: '100000000',
        STATELESS: stateless ? services.map(({ name }) => name).join(',') : '',
      },
    }),
  },
  peer(BASELINE, '../../tools/compare/stock/main.ts', { APOLLO_TELEMETRY_DISABLED: 'true' }),
  { name: RUST, program: startGrafbase, missing: whyNoGrafbase },
  peer('hive', 'hive.ts'),
  peer('hive-rust', 'hive.ts', { PLANNER: 'rust' }),
  peer('mercurius', 'mercurius.ts'),
]
