/**
 * Starts the product, or one of its services alone, with data of its own, as `npm start` does. A
 * service with a configured address is not started, but called there.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addressSetting } from '../../../gateway/config/environment.ts'
import { services } from '../../../gateway/config/registry.ts'
import { StartRefused } from '../../../platform/process/settings.ts'
import { startChild } from '../../../platform/process/start-child.ts'
import { demoIdentity } from '../../../platform/protocol/demo-identity.ts'

interface System {
  /** URL of the gateway's GraphQL; undefined if none was started. */
  readonly url: string | undefined
  /** Base addresses of the services. */
  readonly services: ReadonlyMap<string, string>
  readonly secret: string
  /** The `Authorization` header of a demo caller. */
  authorization(caller: string): Promise<string>
  stop(): Promise<void>
}

const START = fileURLToPath(new URL('../../../start.ts', import.meta.url))
const SECRET = 'consumers know this one'
const NOWHERE = 'http://127.0.0.1:1'

type Environment = Readonly<Record<string, string | undefined>>

/** The address of a service that is not started here. */
const addressIn = (environment: Environment, name: string): string | undefined =>
  environment[addressSetting(name)]?.split(',')[0]?.trim().replace(/\/$/, '') || undefined

/** A token of the environment, or else of the demo. */
export const callers =
  (environment: Environment): System['authorization'] =>
  async (caller) => {
    const token = environment[`TOKEN_${caller.toUpperCase()}`]
    return `Bearer ${token ?? (await (await demoIdentity(environment['DATA_DIR'] || '.data')).sign(caller))}`
  }

/** @param only this service; by default all @throws StartRefused with the program's output */
export async function openSystem(only: string | undefined, environment: Environment): Promise<System> {
  const address = only === undefined ? undefined : addressIn(environment, only)
  if (only === undefined || address === undefined) return startSystem(only, environment)
  const secret = environment['GATEWAY_SECRET']
  if (!secret) throw new StartRefused(`GATEWAY_SECRET: is required, the one of ${only} at ${address}`)
  const authorization = callers(environment)
  return { url: undefined, services: new Map([[only, address]]), secret, authorization, stop: async () => {} }
}

async function startSystem(only: string | undefined, environment: Environment): Promise<System> {
  const secret = environment['GATEWAY_SECRET'] || SECRET
  const folder = await mkdtemp(join(tmpdir(), 'tributary-consumers-'))
  await chmod(folder, 0o755) // PostgreSQL may run as another user
  const others = services.filter(({ name }) => only !== undefined && name !== only)
  const clear = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  const found = new Map<string, string>()
  const product = await startChild({
    file: START,
    env: {
      ...environment,
      ...Object.fromEntries(others.map(({ name }) => [addressSetting(name), NOWHERE])),
      PORT: '0',
      ADMIN_PORT: '0',
      DATA_DIR: folder,
      GATEWAY_SECRET: secret,
    },
    refusal: 'The product did not start:\n',
    onLine(line) {
      const [, name, url] = /^(\w+) +state(?:ful|less) +(http:\S+)$/.exec(line) ?? []
      if (name !== undefined && url !== undefined) found.set(name, url)
    },
  }).catch(async (error) => {
    await clear()
    throw error
  })
  for (const { name } of services) {
    const address = only === undefined ? addressIn(environment, name) : undefined
    if (address !== undefined) found.set(name, address)
  }
  const identity = await demoIdentity(folder)
  return {
    url: product.url,
    services: found,
    secret,
    authorization: async (name) => `Bearer ${await identity.sign(name)}`,
    stop: () => product.stop().then(clear),
  }
}
