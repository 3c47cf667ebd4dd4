import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { fillPlaceholders } from '../../gateway/operations/placeholders.ts'
import { readShippedOperations, type ShippedOperation } from '../../gateway/operations/shipped.ts'
import type { ServiceStatus } from '../../gateway/traffic/traffic.ts'
import { type Answer, readAnswer } from '../support/answer.ts'
import { makeDataFolder } from '../support/data-folder.ts'
import { exampleOf } from '../support/example.ts'
import { ask, post } from '../support/gateway.ts'
import { type Product, startProduct } from '../support/product.ts'
import { askTraced, inShort, outcomes } from '../support/traced.ts'
import { until } from '../support/until.ts'

let product: Product
let payer: Readonly<Record<string, string>>
let payee: Readonly<Record<string, string>>
let shipped: ReadonlyMap<string, ShippedOperation>

beforeAll(async () => {
  product = await startProduct({ VARIANTS: JSON.stringify(await ownVariants()) }, ['--weather', '2'])
  payer = { authorization: await product.authorization('payer') }
  payee = { authorization: await product.authorization('payee') }
  shipped = new Map((await readShippedOperations()).map((operation) => [operation.name, operation]))
})
afterAll(() => product?.stop())

const shippedOperation = (name: string) => {
  const operation = shipped.get(name)
  if (!operation) throw new Error(`There is no operation ${name}.`)
  return { query: operation.document, variables: fillPlaceholders(operation.variables) }
}

interface OwnAccount {
  readonly id: string
  readonly number: string
  readonly currency: string
  readonly balance: { readonly available: { readonly amount: string } }
}

async function accountsOf(headers: Readonly<Record<string, string>>): Promise<OwnAccount[]> {
  const query = '{ me { accounts { edges { node { id number currency balance { available { amount } } } } } } }'
  const { data } = await ask(product.url, query, headers)
  return data.me.accounts.edges.map(({ node }: { node: OwnAccount }) => node)
}

const SEND = `mutation ($input: TransferInput!) { transfer(input: $input) {
  __typename
  ... on TransferAccepted { replayed transfer { id status } }
  ... on Refusal { code message replayed }
} }`

const send = (input: Readonly<Record<string, unknown>>, headers = payer): Promise<Answer> =>
  ask(product.url, { query: SEND, variables: { input } }, headers)

async function euroTransfer(): Promise<Record<string, string> & { from: string; to: string }> {
  const euro = async (headers: typeof payer) => (await accountsOf(headers)).find(({ currency }) => currency === 'EUR')
  const [from, to] = [await euro(payer), await euro(payee)]
  return { idempotencyKey: randomUUID(), from: from?.id ?? '', to: to?.number ?? '', amount: '100', currency: 'EUR' }
}

test('The stock gateway answers every shipped query alike, on the same running services', async () => {
  const main = fileURLToPath(new URL('../../tools/compare/main.ts', import.meta.url))
  const more = `${product.dataDir}/node.graphql`
  await writeFile(more, 'query Found { ...Root } fragment Root on Query { nodes(nodeIds: ["x"]) { nodeId } }')
  const operations = ['--operations', 'gateway/operations', '--operations', more]
  const child = spawn(process.execPath, [main, '--admin', product.adminUrl, '--json', ...operations], {
    env: { PATH: process.env['PATH'], DATA_DIR: product.dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [out, code] = await Promise.all([
    text(child.stdout),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ])
  const { operations: compared, notes } = JSON.parse(out)
  const queries = compared.filter(({ verdict }: { verdict: string }) => verdict !== 'skipped')
  expect(queries.map(({ name, verdict }: Record<string, unknown>) => `${name} ${verdict}`)).toEqual([
    'Overview by design',
    'WeatherInFiveCities equal',
    'SearchArticles equal',
    'Found equal',
  ])
  // Two calls for entities of one service are one request.
  expect(queries[0].differences).toMatchObject([{ part: 'calls', at: 'weather', ours: '1', stock: '2' }])
  expect({ code, skipped: compared.length - queries.length }).toEqual({ code: 0, skipped: 4 })
  expect(notes).toEqual([expect.stringContaining('who may see what')])
})

/** The variants in the example of the pages. */
async function ownVariants(): Promise<Record<string, object>> {
  const file = await makeDataFolder()
  const path = `${file.path}/tributary.config.ts`
  await writeFile(path, await exampleOf('docs/configuration/variants.md', 1))
  const { variants } = ((await import(path)) as { default: { variants: Record<string, object> } }).default
  await file.remove()
  return variants
}

test('By the tags of its own schemas the product serves customers and everybody else', async () => {
  const send = (path: string, query: string, headers = {}) => post(`${product.url}${path}`, query, headers)
  const weather = '{ city(id: "2267057") { name weather { current { temperature } } } }'
  const { data } = await send('/graphql/public', weather)
  expect(data.city.weather.current.temperature).toEqual(expect.any(Number))
  const loans = '{ loans(state: SUBMITTED) { edges { node { id } } } }'
  const told = await Promise.all([
    send('/graphql/public', '{ me { name } }', payer),
    send('/graphql/customers', '{ me { name } }', payer),
    send('/graphql/customers', loans, payer),
    send('/graphql', loans, payer),
  ])
  expect(told.map(({ errors }) => errors?.[0]?.extensions['code'])).toEqual([
    'GRAPHQL_VALIDATION_FAILED',
    undefined,
    'GRAPHQL_VALIDATION_FAILED',
    'FORBIDDEN',
  ])
})

describe('main job', () => {
  test('One query reads the bank, the weather and the content, and every part is real', async () => {
    const { status, data, errors } = await ask(product.url, shippedOperation('1-overview'), payer)
    expect({ status, errors }).toEqual({ status: 200, errors: undefined })
    const accounts = data.me.accounts.edges.map(({ node }: { node: Record<string, unknown> }) => node)
    expect(accounts.length).toBeGreaterThan(1)
    for (const account of accounts) {
      expect(account).toMatchObject({
        number: expect.stringMatching(/^[A-Z]{2}\d{2}[A-Z0-9]+$/),
        product: {
          name: expect.any(String),
          terms: { title: expect.any(String), summary: expect.any(String) },
        },
        branch: { city: { name: expect.any(String), weather: { current: { temperature: expect.any(Number) } } } },
      })
      expect(account.entries.edges.length).toBe(5)
    }
    const spentInCities = accounts
      .flatMap((account: { entries: { edges: unknown[] } }) => account.entries.edges)
      .filter(({ node }: { node: { transfer: { merchant?: { city?: unknown } } } }) => node.transfer.merchant?.city)
    expect(spentInCities.length).toBeGreaterThan(5)
    for (const { node } of spentInCities)
      expect(node.transfer.merchant.city.weather.on.temperatureMax).toEqual(expect.any(Number))
  })

  test('For a signed-out client the bank asks for a sign-in and the others answer', async () => {
    const { status, data, errors } = await ask(
      product.url,
      '{ me { name } cities(search: "Lisb", first: 1) { edges { node { name weather { provider kind } } } } articles(first: 1) { edges { node { title } } } }',
    )
    expect(status).toBe(200)
    expect(data).toEqual({
      me: null,
      cities: { edges: [{ node: { name: 'Lisbon', weather: { provider: 'almanac', kind: 'ESTIMATE' } } }] },
      articles: { edges: [{ node: { title: expect.any(String) } }] },
    })
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['me'],
        extensions: expect.objectContaining({ code: 'UNAUTHENTICATED', requestId: expect.any(String) }),
      }),
    ])
  })

  test.each(['2-transfer', '4-weather', '5-articles', '6-overdraft', '7-standing-order'])(
    'The shipped operation %s is answered without an error',
    async (name) => {
      const { status, data, errors } = await ask(product.url, shippedOperation(name), payer)
      expect({ status, errors }).toEqual({ status: 200, errors: undefined })
      expect(Object.values(data)).not.toContain(null)
    },
  )

  test('A transfer moves money once, however often it is sent', async () => {
    const input = await euroTransfer()
    const before = await accountsOf(payer)
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(input)))
    const outcomes = answers.map(({ data }) => data.transfer)
    expect(new Set(outcomes.map(({ transfer }) => transfer.id)).size).toBe(1)
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1)
    const available = (accounts: OwnAccount[]) =>
      BigInt(accounts.find(({ id }) => id === input.from)?.balance.available.amount ?? 0)
    expect(available(before) - available(await accountsOf(payer))).toBe(100n)
  })
})

describe('bad input', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['an amount that is no number', { amount: 'ten' }, 'BAD_USER_INPUT'],
    ['an amount with a fraction', { amount: '1.5' }, 'BAD_USER_INPUT'],
    ['an amount that is a number instead of digits', { amount: 100 }, 'BAD_USER_INPUT'],
    ['an amount of nothing', { amount: '0' }, 'BAD_USER_INPUT'],
    ['a negative amount', { amount: '-1' }, 'BAD_USER_INPUT'],
    ['an amount over 64 bits', { amount: '9223372036854775808' }, 'BAD_USER_INPUT'],
    ['an IBAN with wrong check digits', { to: 'IE00TRIB99010110000010' }, 'BAD_USER_INPUT'],
    ['a malformed account id', { from: "1' OR '1'='1" }, 'ACCOUNT_NOT_FOUND'],
    ['an unknown account', { from: '99999999999999' }, 'ACCOUNT_NOT_FOUND'],
    ['another currency', { currency: 'USD' }, 'CURRENCY_MISMATCH'],
    ['a currency that does not exist', { currency: 'EURO' }, 'BAD_USER_INPUT'],
    ['a key of 65 characters', { idempotencyKey: 'k'.repeat(65) }, 'BAD_USER_INPUT'],
    ['an empty key', { idempotencyKey: '' }, 'BAD_USER_INPUT'],
    ['a missing key', { idempotencyKey: undefined }, 'BAD_USER_INPUT'],
    ['more than there is', { amount: '9223372036854775807' }, 'INSUFFICIENT_FUNDS'],
  ])('Bad input moves no money: %s', async (_what, change, code) => {
    const before = await accountsOf(payer)
    const { data, errors } = await send({ ...(await euroTransfer()), ...change })
    expect(errors?.[0]?.extensions['code'] ?? data.transfer.code).toBe(code)
    expect(await accountsOf(payer)).toEqual(before)
  })

  test('No user can read or empty the account of another user', async () => {
    const [theirs] = await accountsOf(payee)
    const read = await ask(
      product.url,
      { query: 'query ($id: ID!) { account(id: $id) { name } }', variables: { id: theirs?.id } },
      payer,
    )
    expect(read.data).toEqual({ account: null })
    const { data } = await send({ ...(await euroTransfer()), from: theirs?.id })
    expect(data.transfer.code).toBe('ACCOUNT_NOT_FOUND')
    expect((await accountsOf(payee))[0]).toEqual(theirs)
  })

  test('Unknown ids give null, and malformed cursors are refused', async () => {
    const { data, errors } = await ask(
      product.url,
      '{ city(id: "nowhere") { name } article(slug: "no-such") { title } transfer(id: "x") { id } }',
      payer,
    )
    expect({ data, errors }).toEqual({ data: { city: null, article: null, transfer: null }, errors: undefined })
    const forged = await ask(product.url, '{ cities(search: "a", after: "forged") { edges { cursor } } }')
    expect(forged.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    const entries = '{ me { accounts { edges { node { entries(after: "Zm9yZ2Vk") { edges { cursor } } } } } } }'
    expect((await ask(product.url, entries, payer)).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })

  test.each([
    ['a forged token', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJwYXllciJ9.'],
    ['another scheme', 'Basic cGF5ZXI6eA=='],
  ])('%s is refused', async (_what, authorization) => {
    const { status, errors } = await ask(product.url, '{ me { name } }', { authorization })
    expect(`${status} ${errors?.[0]?.extensions['code']}`).toBe('401 UNAUTHENTICATED')
  })

  test('Malformed JSON is answered in JSON', async () => {
    const headers = { 'content-type': 'application/json' }
    const answer = await readAnswer(
      await fetch(`${product.url}/graphql`, { method: 'POST', headers, body: '{"query":' }),
    )
    expect(`${answer.status} ${answer.errors?.[0]?.extensions['code']}`).toBe('400 BAD_USER_INPUT')
  })
})

describe('trace', () => {
  const ENTRY = 'me.accounts.edges[].node.entries.edges[].node'
  const CITY = `${ENTRY}.transfer.merchant.city`

  test('The main query asks the bank first, and weather and content beside each other', async () => {
    const { query } = shippedOperation('1-overview')
    const { trace, errors } = await askTraced(product.url, query, payer)
    expect(errors).toBeUndefined()
    expect(trace.calls.map(({ service, kind, after }) => `${service} ${kind} ${after}`).sort()).toEqual([
      'banking stateful ',
      'content stateless 0',
      'weather stateless 0',
      'weather stateless 0',
    ])
    const given = inShort(trace).join('\n')
    for (const path of [`${ENTRY}.amount.formatted`, `${CITY}.weather.on.temperatureMax`]) expect(given).toContain(path)
    const again = await askTraced(product.url, query, payer)
    const sources = again.trace.calls.map(({ service, source }) => `${service} ${source}`).sort()
    expect(sources).toEqual(['banking service', 'content cache', 'weather cache', 'weather cache'])
    expect(trace.calls.flatMap(outcomes)).not.toContain('failed')
  })

  test('A killed instance shows in the tries, and costs nothing', async () => {
    const services = (await (await fetch(`${product.adminUrl}/services`)).json()) as ServiceStatus[]
    const killed = services.find(({ name }) => name === 'weather')?.instances[0]
    process.kill(killed?.pid ?? Number.NaN, 'SIGKILL')
    // None is in the cache, and half of them go to each instance.
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, n) =>
        askTraced(
          product.url,
          `{ cities(search: "${'abcdefghijklmnopqrstuvwx'[n]}", first: 1) { edges { node { name } } } }`,
        ),
      ),
    )
    const calls = answers.flatMap(({ trace }) => trace.calls)
    expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([])
    const retried = calls.find(({ attempts }) => attempts[0]?.outcome === 'failed')
    expect(retried && outcomes(retried)).toEqual(['failed', 'answered'])
    expect(retried?.attempts[0]).toMatchObject({ instance: killed?.url, reason: expect.any(String) })
    expect(retried?.errors).toEqual([])
  })

  test('A stopped service has its error, while the others answer', async () => {
    const act = (action: 'stop' | 'start') =>
      fetch(`${product.url}/demo/services`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'content', action }),
      })
    expect((await act('stop')).status).toBe(200)
    const { trace, data } = await until(async () => {
      // Another article each time: what was answered before is in the cache.
      const query = `{ me { name } article(slug: "${randomUUID()}") { title } }`
      const answer = await askTraced(product.url, query, payer)
      return answer.errors !== undefined && answer
    })
    expect(data).toEqual({ me: { name: expect.any(String) }, article: null })
    const [content, banking] = ['content', 'banking'].map((name) => trace.calls.find(({ service }) => service === name))
    expect(content?.errors).toEqual([{ code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining('content') }])
    expect(banking).toMatchObject({ errors: [], attempts: [{ outcome: 'answered' }] })
    await act('start')
  })
})
