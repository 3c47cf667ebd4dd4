/**
 * Ways to call a set of instances: each in turn directly, as the gateway would, or through the
 * gateway.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici' // MIT; Node's cheapest HTTP client, as the load must cost little
import { SIGNATURE_HEADER, sign } from '../../platform/protocol/signature.ts'
import type { Instance, StatelessService } from '../../test/stateless/support/instances.ts'
import { TEST_SECRET } from '../../test/support/signed-call.ts'
import { startProcess } from '../gateway/process.ts'

export interface Target {
  /** Sends one operation and returns the size of its answer. */
  send(query: string): Promise<Buffer>
  close(): Promise<void>
}

const NOWHERE = 'http://127.0.0.1:1'

const post = async (pool: Pool, body: string, headers: Record<string, string>): Promise<Buffer> => {
  const response = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return Buffer.from(await response.body.arrayBuffer())
}

export async function directTarget(_service: StatelessService, instances: readonly Instance[]): Promise<Target> {
  const pools = instances.map(({ url }) => new Pool(url))
  let turn = 0
  return {
    send(query) {
      const body = JSON.stringify({ query })
      const absent = { authorization: undefined, perspective: undefined, requestId: undefined }
      const signature = sign(TEST_SECRET, { method: 'POST', path: '/graphql', body, ...absent })
      return post(pools[turn++ % pools.length] as Pool, body, { [SIGNATURE_HEADER]: signature })
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.close()))
    },
  }
}

/** Starts a gateway over these instances. */
export async function gatewayTarget(service: StatelessService, instances: readonly Instance[]): Promise<Target> {
  const addresses = instances.map(({ url }) => url).join(',')
  const program = {
    args: [fileURLToPath(new URL('../../gateway/main.ts', import.meta.url))],
    ready: 'announced' as const,
    env: {
      PORT: '0',
      ADMIN_PORT: '0',
      DATA_DIR: join(tmpdir(), 'tributary-bench-gateway'),
      LOG_LEVEL: 'silent',
      GATEWAY_SECRET: TEST_SECRET,
      // One client represents many callers.
      LIMIT_COST_PER_MINUTE: '0',
      LIMIT_COST_IN_WORK: '0',
      LIMIT_OPERATIONS_IN_WORK: '0',
      BANKING_URL: NOWHERE,
      WEATHER_URL: service === 'weather' ? addresses : NOWHERE,
      CONTENT_URL: service === 'content' ? addresses : NOWHERE,
    },
  }
  const gateway = await startProcess('gateway', program, 'any')
  const pool = new Pool(new URL(gateway.url).origin)
  return {
    send: (query) => post(pool, JSON.stringify({ query }), {}),
    async close() {
      await pool.close()
      await gateway.stop()
    },
  }
}
