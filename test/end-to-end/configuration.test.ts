/** The product's own services behind a gateway with a configuration of a team's own. */
import { hash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { type Instance as Stateless, startInstance } from '../stateless/support/instances.ts'
import { type Instance as Bank, endProcess, startInstance as startBank } from '../subgraphs/banking/history/instance.ts'
import { type ConfigFile, makeConfigFile } from '../support/config-file.ts'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { ask, verdict } from '../support/gateway.ts'
import { type GatewayProcess, spawnGateway } from '../support/gateway-process.ts'
import { TEST_SECRET } from '../support/signed-call.ts'
import { until } from '../support/until.ts'

const OPERATIONS = fileURLToPath(new URL('../../gateway/operations/', import.meta.url))

let folder: TestFolder
let database: TestDatabase
let bank: Bank
let stateless: readonly Stateless[]
let file: ConfigFile
let gateway: GatewayProcess
let payer: Readonly<Record<string, string>>
beforeAll(async () => {
  ;[folder, database] = await Promise.all([makeDataFolder(), createDatabase('seeded')])
  const shared = { GATEWAY_SECRET: TEST_SECRET, DATA_DIR: folder.path }
  // Before them: it makes the keys by which the bank knows callers.
  payer = await signedIn('payer')
  const [banking, weather, content] = await Promise.all([
    startBank({ ...shared, DATABASE_URL: database.url, LOG_LEVEL: 'silent' }),
    startInstance('weather'),
    startInstance('content'),
  ])
  bank = banking
  stateless = [weather, content]
  const urls = { BANKING_URL: banking.url, WEATHER_URL: weather.url, CONTENT_URL: content.url }
  file = await makeConfigFile(config(''))
  gateway = await spawnGateway({ ...shared, ...urls, LOG_LEVEL: 'info' }, ['--config', file.path])
})
afterAll(async () => {
  await gateway?.terminate()
  await Promise.all((stateless ?? []).map((instance) => instance.kill()))
  if (bank) await endProcess(bank.process, 'SIGTERM')
  await Promise.all([database?.drop(), file?.remove(), folder?.remove()])
})

const signedIn = async (name: string) => ({
  authorization: `Bearer ${await (await demoIdentity(folder.path)).sign(name)}`,
})

/** @param more settings */
const config = (more: string): string => `{
  port: 0, admin: { port: 0 },
  services: { banking: stateful({ paths: ['/downloads/'] }), weather: stateless(), content: stateless() },
  headers: { client: [{ insert: 'x-served-by', value: 'a team' }] },
  identity: { token: { cookie: { name: 'session' } } },
  ${more}
}`

/** Puts a configuration in service. @param isInService true once it is */
async function configure(more: string, isInService: () => Promise<boolean>): Promise<void> {
  await file.write(config(more))
  await until(isInService)
}

const ME = '{ me { name } }'
const RATES = '{ exchangeRates { currency } }'

test('Constant headers are in answers and refusals', async () => {
  const answers = await Promise.all([ask(gateway.url, RATES), ask(gateway.url, '{'), ask(gateway.url, ME)])
  expect(answers.map(({ headers }) => headers.get('x-served-by'))).toEqual(Array(3).fill('a team'))
})

test('A token in a cookie signs in to the bank', async () => {
  const cookie = `session=${payer['authorization']?.replace('Bearer ', '')}`
  expect((await ask(gateway.url, ME, { cookie, origin: gateway.url })).data).toEqual({ me: { name: 'Ana Ribeiro' } })
  expect((await ask(gateway.url, ME, { cookie, origin: 'https://elsewhere.example' })).data).toEqual({ me: null })
})

test('With refusals of whole requests the bank is not asked for anybody who is signed out', async () => {
  await configure("authorization: { onForbidden: 'refuse' }", async () => (await ask(gateway.url, ME)).status === 401)
  expect(verdict(await ask(gateway.url, `{ me { name } exchangeRates { currency } }`))).toBe('401 UNAUTHENTICATED')
  expect(verdict(await ask(gateway.url, ME, payer))).toBe('200 OK')
})

test('A hook that throws stops a transfer, and another sets a header', async () => {
  await configure(
    `hooks: {
      async onOperation({ type, caller }) {
        if (type === 'mutation' && caller?.id === 'payer') throw new Error('Not today.')
      },
      onAnswer({ setHeader }) { setHeader('x-hooked', 'yes') },
    }`,
    async () => (await ask(gateway.url, RATES)).headers.get('x-hooked') === 'yes',
  )
  const before = await balance()
  const { status, data } = await ask(gateway.url, transferOf(), payer)
  expect({ status, data: data ?? null }).toEqual({ status: 500, data: null })
  expect(await balance()).toBe(before)
})

test('Rules for errors leave the codes that our services share with the gateway as they are', async () => {
  const tooMany = '{ articles(first: 1000) { edges { cursor } } }'
  const faults = async () =>
    (await ask(gateway.url, tooMany)).errors?.map(({ message, extensions }) => ({ message, extensions }))
  const before = await faults()
  expect(before).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', service: 'content' } }])
  await configure(
    `errors: { codes: 'all', messages: ['NO_SUCH'], extensions: ['argument'], defaultCode: 'UNNAMED', serviceName: false },
    headers: { client: [{ insert: 'x-served-by', value: 'rules' }] }`,
    async () => (await ask(gateway.url, RATES)).headers.get('x-served-by') === 'rules',
  )
  const after = await faults()
  expect(withoutId(after)).toEqual(withoutId(before))
})

const withoutId = (errors: readonly { readonly extensions: Readonly<Record<string, unknown>> }[] | undefined) =>
  errors?.map((error) => ({ ...error, extensions: { ...error.extensions, requestId: undefined } }))

test('A budget stops one caller and no other', async () => {
  const own = 'budgets: { windows: [{ every: 3_600_000, cost: 100 }] }'
  await configure(own, async () => (await cost())?.budgets[0]?.cost === 100)
  await until(async () => (await ask(gateway.url, ME, payer)).status === 429)
  expect(verdict(await ask(gateway.url, ME, await signedIn('payee')))).toBe('200 OK')
})

test('With a safelist only the shipped operations run, by text or by hash', async () => {
  await configure(
    `operations: { safelist: { mode: 'enforce', manifests: [${JSON.stringify(OPERATIONS)}] } }`,
    async () => verdict(await ask(gateway.url, RATES)) === '403 OPERATION_NOT_ALLOWED',
  )
  const { readShippedOperations } = await import('../../gateway/operations/shipped.ts')
  const [overview] = await readShippedOperations()
  const text = overview?.document ?? ''
  const documentId = `sha256:${hash('sha256', text)}`
  for (const body of [{ query: text }, { documentId } as object]) {
    const { data, errors } = await ask(gateway.url, body, payer)
    expect(errors).toBeUndefined()
    expect(data.me.name).toBe('Ana Ribeiro')
  }
})

const cost = async () => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: RATES, extensions: { cost: true } }),
  })
  const { extensions } = (await response.json()) as {
    readonly extensions?: { readonly cost: { readonly budgets: readonly { readonly cost: number }[] } }
  }
  return extensions?.cost
}

const ACCOUNTS =
  '{ me { accounts(first: 5) { edges { node { id number currency balance { available { amount } } } } } } }'

const balance = async (): Promise<string> => {
  const { data } = await ask(gateway.url, ACCOUNTS, payer)
  return JSON.stringify(data.me.accounts.edges)
}

const transferOf =
  (): string => `mutation { transfer(input: { idempotencyKey: "hooked", from: "1", to: "IE97TRIB99010110000006",
  amount: "1", currency: "EUR" }) { __typename } }`
