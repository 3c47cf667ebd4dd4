/** A stateful service in this process, on a test database, called as the gateway calls it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { z } from 'zod'
import { processEnvironment } from '../../platform/memory/node-flags.ts'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { startService } from '../../subgraphs/shared/serve.ts'
import type { ServiceDefinition } from '../../subgraphs/shared/service.ts'
import type { Answer } from './answer.ts'
import { makeDataFolder } from './data-folder.ts'
import { createDatabase } from './database.ts'
import { signedCall, signedFetch, TEST_SECRET } from './signed-call.ts'

export interface StatefulService {
  readonly url: string
  readonly databaseUrl: string
  /** @param name a demo caller; null: signed out */
  call(name: string | null, query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>
  /** The answer to a subscription, by server-sent events. */
  stream(name: string, query: string, variables: Readonly<Record<string, unknown>>): Promise<Response>
  token(name: string): Promise<string>
  stop(): Promise<void>
}

/** @param settings in addition to those that every test needs */
export async function startOn<Shape extends z.ZodRawShape, Context extends object>(
  databaseUrl: string,
  definition: ServiceDefinition<Shape, Context>,
  settings: Readonly<Record<string, string>> = {},
): Promise<StatefulService> {
  const folder = await makeDataFolder()
  const service = await startService(definition, {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder.path,
    GATEWAY_SECRET: TEST_SECRET,
    LOG_LEVEL: 'silent',
    ...settings,
  })
  const identity = await demoIdentity(folder.path)
  const token = async (name: string): Promise<string> => `Bearer ${await identity.sign(name)}`
  return {
    url: service.url,
    databaseUrl,
    token,
    async call(name, query, variables = {}) {
      const authorization = name === null ? {} : { authorization: await token(name) }
      return signedCall(service.url, { query, variables, requestId: 'test-request', ...authorization })
    },
    async stream(name, query, variables) {
      const request = { query, variables, authorization: await token(name) }
      return signedFetch(service.url, request, { accept: 'text/event-stream' })
    },
    async stop() {
      await service.stop()
      await folder.remove()
    },
  }
}

/** Runs the `migrate.ts` of a service with its own database. */
export async function migrateOwn(name: string, url: string): Promise<void> {
  const program = fileURLToPath(new URL(`../../subgraphs/${name}/migrate.ts`, import.meta.url))
  await promisify(execFile)(process.execPath, [program], { env: { ...processEnvironment, DATABASE_URL: url } })
}

/** A service with migrations of its own, on a new database, which is dropped when it stops. */
export async function startStateful(name: string): Promise<StatefulService> {
  const folder = new URL(`../../subgraphs/${name}/`, import.meta.url)
  const exported = (await import(new URL('service.ts', folder).href)) as Readonly<Record<string, unknown>>
  const { url, drop } = await createDatabase('empty')
  await migrateOwn(name, url)
  const definition = exported[`${name}Service`] as ServiceDefinition<z.ZodRawShape, object>
  const service = await startOn(url, definition)
  return { ...service, stop: () => service.stop().then(drop) }
}
