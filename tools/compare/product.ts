/** The product running on this machine: addresses of its services, and their shared secret. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ServiceStatus } from '../../gateway/traffic/traffic.ts'
import { processSettings, StartRefused } from '../../platform/process/settings.ts'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'

interface Product {
  /** Addresses by service. */
  readonly services: ReadonlyMap<string, string>
  readonly secret: string
  /** `Authorization` header of the demo's payer. */
  authorization(): Promise<string>
}

/** @param admin address of the admin port @throws StartRefused with the reason */
export async function findProduct(admin: string, env: NodeJS.ProcessEnv): Promise<Product> {
  const { DATA_DIR } = z.object(processSettings).parse(env)
  const token = env['ADMIN_TOKEN']
  const response = await fetch(`${admin}/services`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  }).catch(() => undefined)
  if (!response?.ok)
    throw new StartRefused(
      `No product answers at ${admin}: start it with \`npm start\`, name its admin port with --admin URL, or compare on another supergraph with --supergraph FILE.`,
    )
  const statuses = (await response.json()) as readonly ServiceStatus[]
  const services = new Map(
    statuses.flatMap(({ name, instances }): [string, string][] => {
      const first = instances.find(({ health }) => health === 'healthy') ?? instances[0]
      return first ? [[name, `${new URL(first.url).origin}/graphql`]] : []
    }),
  )
  const secret =
    env['GATEWAY_SECRET'] ||
    (await readFile(join(DATA_DIR, 'gateway-secret'), 'utf8').catch(() => {
      throw new StartRefused(`DATA_DIR: ${DATA_DIR} has no secret of a product; set GATEWAY_SECRET to the product's.`)
    }))
  return {
    services,
    secret: secret.trim(),
    authorization: async () => `Bearer ${await (await demoIdentity(DATA_DIR)).sign('payer')}`,
  }
}
