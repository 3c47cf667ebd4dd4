/**
 * The banking service as a process would run it, on a database of the tests, called as the gateway
 * calls it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demoIdentity } from '../../../../platform/protocol/demo-identity.ts'
import { banking } from '../../../../subgraphs/banking/main.ts'
import { startService } from '../../../../subgraphs/shared/serve.ts'
import type { Answer } from '../../../support/answer.ts'
import { createDatabase } from '../../../support/database.ts'
import { signedCall, signedFetch, TEST_SECRET } from '../../../support/signed-call.ts'

export interface TestService {
  readonly url: string
  readonly databaseUrl: string
  /** @param name a demo caller; null: signed out */
  call(name: string | null, query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>
  /** The answer to a subscription, by server-sent events. */
  stream(name: string, query: string, variables: Readonly<Record<string, unknown>>): Promise<Response>
  token(name: string): Promise<string>
  stop(): Promise<void>
}

/** @param settings beside those that every test needs */
export async function startBanking(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestService> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-banking-'))
  const service = await startService(banking, {
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    GATEWAY_SECRET: TEST_SECRET,
    LOG_LEVEL: 'silent',
    ...settings,
  })
  const identity = await demoIdentity(dataDir)
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
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** On a seeded database of its own, which is dropped when the service stops. */
export async function startSeededBanking(settings: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const { url, drop } = await createDatabase('seeded')
  const service = await startBanking(url, settings)
  return { ...service, stop: () => service.stop().then(drop) }
}

/** The codes of an answer's errors. */
export const codesOf = ({ errors }: Answer): unknown[] => (errors ?? []).map(({ extensions }) => extensions['code'])
