/** Several operations in one request. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import { BatchHttpLink } from '@apollo/client/link/batch-http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { HookOperation, HookSettings } from '../../../gateway/config/sections/hooks.ts'
import { type Answer, readAnswer } from '../../support/answer.ts'
import { makeDataFolder } from '../../support/data-folder.ts'
import { exampleOf } from '../../support/example.ts'
import { composeAt, type Operation, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type Journal, journalSdl, startJournal } from '../../support/journal.ts'
import { type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'

/** A deadline that outlasts every held call. */
const PATIENT = { SERVICES_ORDERS_DEADLINE: '600000' }

let shop: Shop
let journal: Journal
/** Gateways with the fast path, with Node's reader, and without batches. */
let gateways: Readonly<Record<'on' | 'off' | 'none', TestGateway>>
const start = (env: Record<string, string> = {}, hooks?: Partial<HookSettings>) =>
  startTestGateway({
    services: [...shop.services, { name: 'journal', sdl: journalSdl, url: journal.url }],
    env: { STATELESS: 'items', OPERATIONS_BATCH_SIZE: '5', ...PATIENT, ...env },
    ...(hooks && { config: { hooks: { timeout: 1_000, ...hooks } } }),
  })
beforeAll(async () => {
  ;[shop, journal] = await Promise.all([startShop(), startJournal()])
  const [on, off, none] = await Promise.all([
    start(),
    start({ HTTP_FAST_PATH: 'off' }),
    start({ OPERATIONS_BATCH_SIZE: '0' }),
  ])
  gateways = { on, off, none }
})
afterEach(() => {
  shop.orders.misbehave(undefined)
  shop.items.misbehave(undefined)
})
afterAll(async () => {
  await Promise.all(Object.values(gateways).map((gateway) => gateway.stop()))
  await Promise.all([shop.close(), journal.close()])
})

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
/** Status and code of a refusal, which must be the same for each operation. */
const refusalOf = async (url: string, entries: readonly unknown[], headers?: Record<string, string>) => {
  const response = await post(url, entries, headers)
  const answers = (await response.json()) as Entry[]
  expect(answers).toHaveLength(entries.length)
  const codes = new Set(answers.map(({ errors }) => errors?.[0]?.extensions['code']))
  return [response.status, ...codes].join(' ')
}

type Entry = Pick<Answer, 'data' | 'errors'>

async function batch(url: string, entries: readonly unknown[], headers?: Record<string, string>): Promise<Entry[]> {
  const response = await post(url, entries, headers)
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
  return (await response.json()) as Entry[]
}

/** For each answer its data, or the code of its first error. */
const brief = (answers: readonly Entry[]) => answers.map(({ data, errors }) => errors?.[0]?.extensions['code'] ?? data)

async function withGateway<Result>(
  env: Record<string, string>,
  use: (gateway: TestGateway) => Promise<Result>,
  hooks?: Partial<HookSettings>,
): Promise<Result> {
  const gateway = await start(env, hooks)
  try {
    return await use(gateway)
  } finally {
    await gateway.stop()
  }
}

const WHO = { query: '{ whoAmI }' }
const orders = (first: number): Operation => ({
  query: 'query ($first: Int) { orders(first: $first) { id } }',
  variables: { first },
})
const BUY = { query: 'mutation { buy(input: { item: "7" }) { id } }' }
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
const byHash = (text: string): Operation => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(text) } },
})

/** Holds every call to the orders service until it is released. */
function hold() {
  const { promise, resolve } = Promise.withResolvers<false>()
  const held = { calls: 0, letGo: () => resolve(false) }
  shop.orders.misbehave(() => {
    held.calls += 1
    return promise
  })
  return held
}

describe.each(['on', 'off'] as const)('with the fast path %s', (path) => {
  const url = () => gateways[path].url

  test('Each operation has its own answer, in the order of the array', async () => {
    const { length } = shop.bought
    const answers = await batch(url(), [
      orders(1),
      { query: '{ nothing }' },
      BUY,
      { query: '{ whoAmI' },
      { query: 'query A { whoAmI } query B { item(id: "i1") { name } }', operationName: 'B' },
    ])
    expect(brief(answers)).toEqual([
      { orders: [{ id: '0' }] },
      'GRAPHQL_VALIDATION_FAILED',
      { buy: { id: '7' } },
      'GRAPHQL_PARSE_FAILED',
      { item: { name: 'item i1' } },
    ])
    expect(shop.bought.length).toBe(length + 1)
  })

  test('An entry that is a subscription or no operation fails alone', async () => {
    const subscription = { query: 'subscription { written { text } }' }
    const answers = await batch(url(), [null, 'text', subscription, { query: 7 }, WHO])
    const refused = Array.from({ length: 4 }, () => 'BAD_USER_INPUT')
    expect(brief(answers)).toEqual([...refused, { whoAmI: 'somebody' }])
    expect(answers[2]?.errors?.[0]?.message).toBe('A batch cannot hold a subscription: send it by itself.')
    expect(journal.open).toBe(0)
  })

  test('A batch that is empty or too large is refused as a whole', async () => {
    const { length } = shop.orders.calls
    expect(verdict(await readAnswer(await post(url(), [])))).toBe('400 BAD_USER_INPUT')
    expect(verdict(await readAnswer(await post(url(), Array(101).fill(WHO))))).toBe('400 OPERATION_TOO_COMPLEX')
    expect(await refusalOf(url(), Array(6).fill(WHO))).toBe('400 OPERATION_TOO_COMPLEX')
    expect(await batch(url(), [WHO])).toEqual([{ data: { whoAmI: 'somebody' } }])
    expect(shop.orders.calls.length).toBe(length + 1)
  })
})

test('Batches are refused with an explanation unless a setting allows them', async () => {
  expect(await refusalOf(gateways.none.url, [WHO, WHO])).toBe('400 BAD_USER_INPUT')
  const link = new BatchHttpLink({ uri: `${gateways.none.url}/graphql` })
  const client = new ApolloClient({ link, cache: new InMemoryCache() })
  const asked = ['{ whoAmI }', '{ clock }'].map((text) => client.query({ query: gql(text) }))
  for (const { reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[])
    expect(reason.message).toBe('Batched operations are not supported: send one operation per request.')
})

test('The example of docs/requests.md allows ten operations', async () => {
  const file = await exampleOf('docs/requests.md')
  const gateway = await startTestGateway({ services: shop.services, file })
  expect(await batch(gateway.url, Array(10).fill(WHO))).toHaveLength(10)
  expect(await refusalOf(gateway.url, Array(11).fill(WHO))).toBe('400 OPERATION_TOO_COMPLEX')
  await gateway.stop()
})

test('A batch of a client that accepts only events is refused, because its answer is JSON', async () => {
  const response = await post(gateways.on.url, [WHO], { accept: 'text/event-stream' })
  expect(await response.text()).toContain('A batch is answered as JSON: accept application/json.')
  expect(await batch(gateways.on.url, [WHO], { accept: 'application/json, text/event-stream' })).toHaveLength(1)
})

test('A client that accepts answers in parts gets whole answers to a batch', async () => {
  const { url } = gateways.on
  const deferred = { query: '{ whoAmI ... @defer { item(id: "i1") { name } } }' }
  const whole = [{ data: { whoAmI: 'somebody', item: { name: 'item i1' } } }, { data: { whoAmI: 'somebody' } }]
  for (const spec of ['deferSpec=20220824', 'incrementalSpec=v0.2'])
    expect(await batch(url, [deferred, WHO], { accept: `multipart/mixed;${spec}, application/json` })).toEqual(whole)
  expect(await refusalOf(url, [WHO], { accept: 'multipart/mixed;deferSpec=20220824' })).toBe('400 BAD_USER_INPUT')
})

test('Queries of a batch run concurrently; a mutation runs after all operations before it and before all after it', async () => {
  const held = hold()
  const { length } = shop.orders.calls
  const answered = batch(gateways.on.url, [WHO, orders(2), BUY, orders(1), WHO])
  await until(() => held.calls === 2)
  // A gateway that did not wait would send the mutation long before it answers another client.
  for (const id of ['one', 'two', 'three']) await batch(gateways.on.url, [{ query: `{ item(id: "${id}") { name } }` }])
  expect(held.calls).toBe(2)
  held.letGo()
  expect(brief(await answered)).toHaveLength(5)
  const sent = shop.orders.calls.slice(length).map(({ body }) => (/mutation/.test(body.query) ? 'mutation' : 'query'))
  expect(sent).toEqual(['query', 'query', 'mutation', 'query', 'query'])
})

test('A mutation waits for the queries before it, and a client that disconnects cancels these', async () => {
  const held = hold()
  const { length } = shop.bought
  const body = JSON.stringify([WHO, orders(2), BUY])
  const lines = ['POST /graphql HTTP/1.1', 'host: here', 'content-type: application/json']
  const socket = connect(Number(new URL(gateways.on.url).port), '127.0.0.1')
  socket.write([...lines, `content-length: ${body.length}`, '', body].join('\r\n'))
  await until(() => held.calls === 2)
  expect(shop.bought.length).toBe(length)
  socket.resetAndDestroy()
  // The third call is the mutation, though neither query was answered.
  await until(() => held.calls === 3)
  held.letGo()
  await until(() => shop.bought.length === length + 1)
})

test('The limits of one request apply to all operations and all answers of a batch together', async () => {
  await withGateway({ LIMIT_COST: '100', LIMIT_ANSWER_BYTES: '1150' }, async ({ url }) => {
    const codesOf = (answers: readonly Entry[]) => brief(answers).map((one) => (typeof one === 'string' ? one : 'OK'))
    const costly = await batch(url, [orders(30), orders(50), orders(30), orders(10), orders(101)])
    expect(codesOf(costly)).toEqual(['OK', 'OK', 'OPERATION_TOO_COMPLEX', 'OK', 'OPERATION_TOO_COMPLEX'])
    expect(costly[2]?.errors?.[0]?.message).toMatch(/^The operations of the batch up to this one cost 110; at most 100/)
    const long = codesOf(await batch(url, [orders(49), orders(49), orders(1)]))
    expect(long.toSorted()).toEqual(['OK', 'OK', 'OPERATION_TOO_COMPLEX'])
  })
})

test('Each operation takes its cost from the budget of its caller', async () => {
  await withGateway({ LIMIT_COST_PER_MINUTE: '100' }, async ({ url }) => {
    const codes = brief(await batch(url, [orders(45), orders(45), orders(45), WHO]))
    expect(codes).toMatchObject([{}, {}, 'BUDGET_EXHAUSTED', { whoAmI: 'somebody' }])
  })
})

test('Operations of a batch may be sent by their hash', async () => {
  const { url } = gateways.on
  const query = '{ orders(first: 2) { note } }'
  expect(brief(await batch(url, [byHash(query), WHO]))).toEqual(['PERSISTED_QUERY_NOT_FOUND', { whoAmI: 'somebody' }])
  const data = { orders: [{ note: 'note 0' }, { note: 'note 1' }] }
  expect(brief(await batch(url, [{ query, ...byHash(query) }, byHash(query)]))).toEqual([data, data])
})

test('The safelist applies to each operation of a batch', async () => {
  const folder = await makeDataFolder()
  const listed = 'query Listed { whoAmI }'
  await writeFile(join(folder.path, 'listed.graphql'), listed)
  await withGateway({ SAFELIST: folder.path }, async ({ url }) => {
    expect(brief(await batch(url, [{ query: listed }, WHO, byHash(listed), BUY]))).toEqual([
      { whoAmI: 'somebody' },
      'OPERATION_NOT_ALLOWED',
      { whoAmI: 'somebody' },
      'OPERATION_NOT_ALLOWED',
    ])
  })
  await folder.remove()
})

test('All operations of a batch run on the supergraph that it began on', async () => {
  const { url, commands, supergraphFile } = gateways.on
  const { promise: held, resolve } = Promise.withResolvers<boolean>()
  let isHeld = false
  shop.orders.misbehave(() => {
    isHeld = true
    return held
  })
  const answers = batch(url, [{ query: 'mutation { touch }' }, { query: '{ orders(first: 1) { note } }' }])
  await until(() => isHeld)
  const services = [...shop.services, { name: 'journal', sdl: journalSdl, url: journal.url }]
  const withoutNotes = services.map((one) => ({ ...one, sdl: one.sdl.replace(' note: String', '') }))
  await commands.replaceSupergraph(composeAt(withoutNotes))
  resolve(false)
  expect(await answers).toEqual([{ data: { touch: expect.any(Number) } }, { data: { orders: [{ note: 'note 0' }] } }])
  await commands.replaceSupergraph(await readFile(supergraphFile, 'utf8'))
})

test('Request hooks run once for a batch, operation hooks once for each operation, with a shared context', async () => {
  const seen: string[] = []
  const note = ({ query, context }: HookOperation): void => void seen.push(`${query} ${context.get('from')}`)
  const hooks: Partial<HookSettings> = {
    onRequest({ context }) {
      seen.push('request')
      context.set('from', 'request')
    },
    onOperation: note,
    onServiceRequest: ({ service, request }) => void seen.push(`${service} ${request?.context.get('from')}`),
  }
  await withGateway({}, ({ url }) => batch(url, [WHO, BUY]), hooks)
  expect(seen).toEqual(['request', `${WHO.query} request`, 'orders request', `${BUY.query} request`, 'orders request'])
})

test("Apollo Client's BatchHttpLink sends operations together, and each gets its own answer or error", async () => {
  const bodies: unknown[] = []
  const link = new BatchHttpLink({
    uri: `${gateways.on.url}/graphql`,
    batchInterval: 5,
    batchMax: 5,
    fetch: (input, options) => {
      bodies.push(JSON.parse(String(options?.body)))
      return fetch(input, options)
    },
  })
  const client = new ApolloClient({ link, cache: new InMemoryCache() })
  const ask = (text: string) => client.query({ query: gql(text), errorPolicy: 'all' })
  const answers = await Promise.all([ask('{ whoAmI }'), ask('{ refused }'), ask('{ orders(first: 1) { id } }')])
  expect(bodies).toEqual([Array(3).fill(expect.objectContaining({ query: expect.any(String) }))])
  expect(answers.map(({ data }) => data)).toMatchObject([
    { whoAmI: 'somebody' },
    { refused: null },
    { orders: [{ id: '0' }] },
  ])
  expect(answers.map(({ error }) => error?.message)).toEqual([undefined, expect.any(String), undefined])
})
