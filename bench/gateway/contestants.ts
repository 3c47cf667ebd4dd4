/** The gateways that take part, and how each is started on a supergraph. */
import { fileURLToPath } from 'node:url'
import { gatewayFlags, processEnvironment } from '../../platform/memory/node-flags.ts'

export interface Start {
  /** Arguments of Node. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface Grounds {
  /** Path of the supergraph. */
  readonly supergraph: string
  readonly services: readonly { readonly name: string; readonly url: string; readonly schema: string }[]
  /** Whether services are declared stateless, to gateways that know the difference. */
  readonly stateless: boolean
}

export interface Contestant {
  readonly name: string
  start(grounds: Grounds): Start
}

export const OURS = 'tributary'
export const BASELINE = 'apollo'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Settings for any peer; each reads what it needs. */
const peer = (name: string, script: string, extra: Readonly<Record<string, string>> = {}): Contestant => ({
  name,
  start: ({ supergraph, services }) => ({
    args: [file(`../peers/${script}`)],
    env: { NODE_ENV: 'production', SUPERGRAPH: supergraph, SERVICES: JSON.stringify(services), ...extra },
  }),
})

export const contestants: readonly Contestant[] = [
  {
    name: OURS,
    start: ({ supergraph, services, stateless }) => ({
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
