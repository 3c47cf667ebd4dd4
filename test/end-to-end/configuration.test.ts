/** The product's own services behind a gateway with a configuration of a team's own. */
import { hash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { type ConfigFile, makeConfigFile } from '../support/config-file.ts'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { ask, verdict } from '../support/gateway.ts'
import { type GatewayProcess, spawnGateway } from '../support/gateway-process.ts'
import { type Product, startProduct } from '../support/product.ts'
import { until } from '../support/until.ts'

const GATEWAY_SECRET = 'a secret of sixteen'
const OPERATIONS = fileURLToPath(new URL('../../gateway/operations/', import.meta.url))

let folder: TestFolder
let product: Product
let file: ConfigFile
let gateway: GatewayProcess
let payer: Readonly<Record<string, string>>
beforeAll(async () => {
  folder = await makeDataFolder()
  const shared = { GATEWAY_SECRET, DATA_DIR: folder.path }
  product = await startProduct(shared)
  const services = (await (await fetch(`${product.adminUrl}/services`)).json()) as readonly {
    readonly name: string
    readonly instances: readonly { readonly url: string }[]
  }[]
  const urls = services.map(({ name, instances }) => [`${name.toUpperCase()}_URL`, instances[0]?.url ?? ''])
  file = await makeConfigFile(config(''))
  gateway = await spawnGateway({ ...shared, ...Object.fromEntries(urls), LOG_LEVEL: 'info' }, ['--config', file.path])
  payer = await signedIn('payer')
})
afterAll(async () => {
  await gateway?.terminate()
  await Promise.all([product?.stop(), file?.remove()])
  await folder?.remove()
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
