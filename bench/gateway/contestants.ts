/** The gateways that take part, and how each is started on a supergraph. */
import { fileURLToPath } from 'node:url'
import { gatewayFlags, processEnvironment } from '../../platform/memory/node-flags.ts'
import type { Grounds } from './graph.ts'
import type { Program } from './process.ts'

export interface Contestant {
  readonly name: string
  program(grounds: Grounds): Program
}

export const OURS = 'tributary'
export const BASELINE = 'apollo'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Settings for any peer; each reads what it needs. */
const peer = (name: string, script: string, extra: Readonly<Record<string, string>> = {}): Contestant => ({
  name,
  program: ({ supergraph, services }) => ({
    args: [file(`../peers/${script}`)],
    env: { NODE_ENV: 'production', SUPERGRAPH: supergraph, SERVICES: JSON.stringify(services), ...extra },
  }),
})

export const contestants: readonly Contestant[] = [
  {
    name: OURS,
    program: ({ supergraph, services, stateless }) => ({
      args: [...gatewayFlags, file('../../gateway/main.ts')],
      env: {
        ...processEnvironment,
        NODE_ENV: 'production',
        SUPERGRAPH: supergraph,
        PORT: '0',
        ADMIN_PORT: '0',
        STATELESS: stateless ? services.map(({ name }) => name).join(',') : '',
      },
    }),
  },
  peer(BASELINE, 'apollo.ts', { APOLLO_TELEMETRY_DISABLED: 'true' }), // disables telemetry
  peer('hive', 'hive.ts'),
  peer('hive-rust', 'hive.ts', { PLANNER: 'rust' }),
  peer('mercurius', 'mercurius.ts'),
]
