/** `@defer` over HTTP: both formats, Apollo Client 4, and failures. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Client, fetchExchange } from '@urql/core'
import { pipe, subscribe } from 'wonka'
import type { HookAnswer } from '../../../../gateway/config/sections/hooks.ts'
import { ask, startTestGateway, type TestGateway, type TestGatewayOptions } from '../../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../../support/shop-gateway.ts'
import { allOf, NEW, OLD, type Part, partsOf } from './read-parts.ts'

let gateway: ShopGateway
/** A gateway with Node's HTTP reader that runs one operation of a caller at a time. */
let slow: TestGateway
beforeAll(async () => {
  gateway = await startShopGateway()
  slow = await startTestGateway({
    services: gateway.shop.services,
    env: { HTTP_FAST_PATH: 'off' },
    limits: { operationsInWork: 1 },
  })
})
afterAll(async () => {
  await slow.stop()
  await gateway.stop()
})
afterEach(() => gateway.shop.items.misbehave(undefined))

const JSON_TYPES = 'application/graphql-response+json,application/json;q=0.9'
type Handler = NonNullable<ApolloClient.Options['incrementalHandler']>

const FORMATS = [
  { spec: 'deferSpec=20220824', handler: () => new Defer20220824Handler() },
  { spec: 'incrementalSpec=v0.2', handler: () => new GraphQL17Alpha9Handler() },
]

const QUERY = '{ orders(first: 2) { id ...Rest @defer(label: "rest") } } fragment Rest on Order { note item { name } }'

/** Holds every call to the items service until it is released. */
function holdItems(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  gateway.shop.items.misbehave(async () => {
    await promise
    return false
  })
  return resolve
}

function refuseItems(): void {
  gateway.shop.items.misbehave((_request, response) => {
    const errors = [{ message: 'Not for you.', extensions: { code: 'FORBIDDEN' } }]
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }))
    return true
  })
}

const post = (query: string, accept: string, options: { url?: string; signal?: AbortSignal; more?: object } = {}) =>
  fetch(`${options.url ?? gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query, ...options.more }),
    ...(options.signal && { signal: options.signal }),
  })

const ORDERS = [0, 1].map((id) => ({ id: String(id) }))
const rest = (id: number) => ({ note: `note ${id}`, item: { name: `item i${id}` } })

describe.each(['fast path', 'reader of Node'])('by the %s', (way) => {
  const url = () => (way === 'fast path' ? gateway.url : slow.url)

  test('The first part arrives while the service of the deferred one is held back: format of 2022', async () => {
    const release = holdItems()
    const response = await post(QUERY, `${OLD},${JSON_TYPES}`, { url: url() })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";deferSpec=20220824')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const parts = partsOf(response)
    expect((await parts.next()).value).toEqual({ data: { orders: ORDERS }, hasNext: true })
    release()
    expect((await parts.next()).value).toEqual({
      incremental: [0, 1].map((id) => ({ path: ['orders', id], label: 'rest', data: rest(id) })),
      hasNext: false,
    })
    expect((await parts.next()).done).toBe(true)
  })

  test('The first part arrives while the service of the deferred one is held back: format of graphql-js 17', async () => {
    const release = holdItems()
    const response = await post(QUERY, `${NEW},${JSON_TYPES}`, { url: url() })
    expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";incrementalSpec=v0.2')
    const parts = partsOf(response)
    expect((await parts.next()).value).toEqual({
      data: { orders: ORDERS },
      pending: [0, 1].map((id) => ({ id: String(id), path: ['orders', id], label: 'rest' })),
      hasNext: true,
    })
    release()
    expect((await parts.next()).value).toEqual({
      incremental: [0, 1].map((id) => ({ id: String(id), data: rest(id) })),
      completed: [{ id: '0' }, { id: '1' }],
      hasNext: false,
    })
    expect((await parts.next()).done).toBe(true)
  })
})

test.each([
  ['a client of JSON', 'application/json'],
  ['one that takes anything', '*/*'],
  ['one that takes only subscriptions in parts', `multipart/mixed;subscriptionSpec=1.0,${JSON_TYPES}`],
  ['one that refuses parts', `${OLD};q=0,${JSON_TYPES}`],
])('%s gets the whole answer', async (_who, accept) => {
  const response = await post(QUERY, accept)
  expect(response.headers.get('content-type')).toContain('json')
  expect(await response.json()).toEqual({ data: { orders: [0, 1].map((id) => ({ id: String(id), ...rest(id) })) } })
})

test.each([
  ['Apollo iOS', 'multipart/mixed;boundary="graphql";deferSpec=20220824,application/json'],
  ['Apollo Kotlin', 'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json'],
])('The header of %s asks for parts in the format of 2022', async (_who, accept) => {
  const response = await post(QUERY, accept)
  expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";deferSpec=20220824')
  const [first, second] = await allOf(response)
  expect(first).toEqual({ data: { orders: ORDERS }, hasNext: true })
  expect(second).toMatchObject({ incremental: [{ path: ['orders', 0] }, { path: ['orders', 1] }], hasNext: false })
})

test('A client that names no specification gets the format of 2022', async () => {
  const [first, second] = await allOf(await post(QUERY, `multipart/mixed,${JSON_TYPES}`))
  expect(first).toEqual({ data: { orders: ORDERS }, hasNext: true })
  expect(second).toMatchObject({ incremental: [{ path: ['orders', 0] }, { path: ['orders', 1] }], hasNext: false })
})

test.each([
  ['nothing is deferred', '{ orders(first: 2) { id } }'],
  [
    'a variable says so',
    'query ($defer: Boolean = false) { orders(first: 2) { id ... @defer(if: $defer) { __typename } } }',
  ],
])('Where %s the answer is one piece of JSON', async (_why, query) => {
  const response = await post(query, `${OLD},${JSON_TYPES}`)
  expect(response.headers.get('content-type')).toContain('application/graphql-response+json')
  expect(await response.json()).toMatchObject({ data: { orders: ORDERS } })
})

test('A client that accepts only parts gets a whole answer as a single part', async () => {
  expect(await allOf(await post('{ orders(first: 2) { id } }', NEW))).toEqual([
    { data: { orders: ORDERS }, hasNext: false },
  ])
})

test('The single part has numbers as the service wrote them', async () => {
  gateway.shop.items.misbehave((_request, response) => {
    const body = '{"data":{"items":[{"id":12345678901234567890}]}}'
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    return true
  })
  expect(await (await post('{ items(first: 1) { id } }', NEW)).text()).toContain('"id":12345678901234567890}')
})

test('The newer format sends only new fields of a known object, with their path', async () => {
  const query =
    '{ order(id: "1") { item { id } ... @defer { item { name stock } } ... @defer { item { id name } note } } }'
  const parts = await allOf(await post(query, NEW))
  expect(parts[0]).toMatchObject({ data: { order: { item: { id: 'i1' } } }, hasNext: true })
  const added = parts.flatMap(({ incremental = [] }) => incremental as Part[])
  expect(added).toEqual([
    { id: '0', subPath: ['item'], data: { name: 'item i1', stock: 7 } },
    { id: '1', data: { note: 'note 1' } },
  ])
})

test('A fragment that adds nothing is reported as completed, and no list of its part is empty', async () => {
  const parts = await allOf(await post('{ whoAmI ... @defer { whoAmI } }', NEW))
  expect(parts).toEqual([
    { data: { whoAmI: 'somebody' }, pending: [{ id: '0', path: [] }], hasNext: true },
    { completed: [{ id: '0' }], hasNext: false },
  ])
})

test('A fragment inside several others is announced and sent once for each object', async () => {
  const query = `{ orders(first: 2) { id ...X ... @defer(label: "y") { item { name } ...X } } }
    fragment X on Order { ... @defer(label: "x") { note } }`
  const parts = await allOf(await post(query, NEW))
  const all = (name: string) => parts.flatMap((part) => (part[name] ?? []) as { label?: string; id: string }[])
  expect(
    all('pending')
      .map(({ label }) => label)
      .sort(),
  ).toEqual(['x', 'x', 'y', 'y'])
  expect(
    all('completed')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['0', '1', '2', '3'])
})

test('A service that fails in a deferred part fails that part only, with its error', async () => {
  refuseItems()
  const query =
    '{ order(id: "1") { id ... @defer(label: "it") { item { name } note } ... @defer(label: "no") { item { stock } } } }'
  const [first, ...others] = await allOf(await post(query, OLD))
  expect(first).toEqual({ data: { order: { id: '1' } }, hasNext: true })
  const incremental = others.flatMap((part) => part['incremental'] as Part[])
  expect(incremental).toMatchObject([
    { label: 'it', path: ['order'], data: { item: null, note: 'note 1' } },
    { label: 'no', path: ['order'], data: { item: null } },
  ])
  expect(incremental[0]).toMatchObject({ errors: [{ path: ['order', 'item', 'name'] }] })
})

test('A null in a non-null field of a deferred part nullifies that part only', async () => {
  refuseItems()
  const query =
    '{ order(id: "1") { item { id ... @defer(label: "name") { name } ... @defer(label: "stock") { stock } } } }'
  const [first, ...others] = await allOf(await post(query, NEW))
  expect(first).toMatchObject({ data: { order: { item: { id: 'i1' } } } })
  const completed = others.flatMap(({ completed = [] }) => completed as Part[])
  expect(completed).toMatchObject([{ id: '0', errors: [{ path: ['order', 'item', 'name'] }] }, { id: '1' }])
  expect(completed[1]).not.toHaveProperty('errors')
})

test('A deferred part of a mutation is read afterwards, without repeating the mutation', async () => {
  const before = gateway.shop.bought.length
  const query = 'mutation { buy(input: { item: "5" }) { id ... @defer { item { name } } } }'
  const parts = await allOf(await post(query, OLD))
  expect(parts).toEqual([
    { data: { buy: { id: '5' } }, hasNext: true },
    { incremental: [{ path: ['buy'], data: { item: { name: 'item i5' } } }], hasNext: false },
  ])
  expect(gateway.shop.bought.length).toBe(before + 1)
})

test('A requested cost report comes with the last part', async () => {
  const parts = await allOf(await post(QUERY, OLD, { more: { extensions: { cost: true } } }))
  expect(parts.at(-1)).toMatchObject({ hasNext: false, extensions: { cost: { actual: expect.any(Number) } } })
  expect(parts.at(-2)).toMatchObject({ hasNext: true })
})

test.each([
  ['@stream', '{ orders @stream { id } }', 'not supported'],
  ['@defer at the root of a mutation', 'mutation { ... @defer { touch } }', 'root of a mutation'],
  ['a label that is used twice', '{ ... @defer(label: "a") { whoAmI } ... @defer(label: "a") { clock } }', 'twice'],
  ['a label in a variable', 'query ($l: String) { ... @defer(label: $l) { whoAmI } }', 'not a variable'],
])('Validation refuses %s in words', async (_what, query, words) => {
  const response = await post(query, `${OLD},${JSON_TYPES}`)
  expect(response.headers.get('content-type')).toContain('json')
  const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] }
  expect(errors[0]?.message).toContain(words)
  expect(errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
})

test('Introspection shows @defer, unless it is switched off', async () => {
  const query = '{ __schema { directives { name } } }'
  const names = async (url: string): Promise<unknown> =>
    ((await ask(url, query)).data as { __schema: { directives: unknown } }).__schema.directives
  expect(await names(gateway.url)).toContainEqual({ name: 'defer' })
  const off = await startTestGateway({ services: gateway.shop.services, env: { OPERATIONS_DEFER: 'off' } })
  try {
    expect(await names(off.url)).not.toContainEqual({ name: 'defer' })
  } finally {
    await off.stop()
  }
})

test('A client that disconnects during deferred fragments frees its place', async () => {
  const release = holdItems()
  const controller = new AbortController()
  const response = await post(QUERY, OLD, { url: slow.url, signal: controller.signal })
  const parts = partsOf(response)
  expect((await parts.next()).value).toMatchObject({ hasNext: true })
  // The caller may run one operation at a time, which ends with the last part.
  let isAnswered = false
  const next = post('{ whoAmI }', 'application/json', { url: slow.url }).then((answer) => {
    isAnswered = true
    return answer.json()
  })
  await post('{ whoAmI }', 'application/json') // another gateway answers, which gives this one time
  expect(isAnswered).toBe(false)
  controller.abort()
  await expect(parts.next()).rejects.toThrow()
  expect(await next).toEqual({ data: { whoAmI: 'somebody' } })
  release()
})

/** A gateway over the same shop, for one test. */
async function withGateway(options: Omit<TestGatewayOptions, 'services'>, use: (url: string) => Promise<void>) {
  const other = await startTestGateway({ ...options, services: gateway.shop.services })
  try {
    await use(other.url)
  } finally {
    await other.stop()
  }
}

test('With a hook that may change answers, an answer with @defer is sent whole', async () => {
  const hooks = {
    timeout: 1_000,
    onAnswer: (answer: HookAnswer) => answer.replace({ data: { seen: answer.body().data } }),
  }
  await withGateway({ config: { hooks } }, async (url) => {
    const response = await post('{ order(id: "1") { id ... @defer { note } } }', `${OLD},${JSON_TYPES}`, { url })
    expect(await response.json()).toEqual({ data: { seen: { order: { id: '1', note: 'note 1' } } } })
  })
})

test('Parts over the size limit of an answer are dropped, and those before them are not', async () => {
  await withGateway({ limits: { answerBytes: 700 } }, async (url) => {
    const query = '{ orders(first: 9) { id ... @defer { note a: note b: note } } }'
    const [first, ...others] = await allOf(await post(query, NEW, { url }))
    expect(first).toMatchObject({ data: { orders: Array.from({ length: 9 }, (_, id) => ({ id: String(id) })) } })
    const completed = others.flatMap(({ completed = [] }) => completed as { errors?: unknown }[])
    expect(completed).toHaveLength(9)
    expect(completed[0]).not.toHaveProperty('errors')
    expect(completed[8]).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] })
  })
})

test.each([
  ['labels', `{ orders(first: 9) { id ... @defer(label: "${'l'.repeat(2_000)}") { note } } }`],
  ['places', `{ ${'a'.repeat(2_000)}: orders(first: 9) { id ... @defer { note } } }`],
])('The %s of deferred fragments count as parts of the answer', async (_what, query) => {
  await withGateway({ limits: { answerBytes: 10_000 } }, async (url) => {
    for (const format of [OLD, NEW])
      expect(await allOf(await post(query, format, { url }))).toMatchObject([
        { data: null, errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }], hasNext: false },
      ])
  })
})

test('What the format of 2022 repeats counts as a part of the answer', async () => {
  const fragments = Array.from({ length: 20 }, (_, n) => `... @defer(label: "l${n}") { id note }`)
  const query = `{ orders(first: 9) { id note ${fragments.join(' ')} } }`
  await withGateway({ limits: { answerBytes: 12_000 } }, async (url) => {
    const all = await allOf(await post(query, NEW, { url }))
    expect(all.some((part) => 'errors' in part)).toBe(false)
    const cut = await allOf(await post(query, OLD, { url }))
    expect(cut.length).toBeLessThan(all.length)
    expect(cut.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }], hasNext: false })
  })
})

test.each([
  ['deferred', (alias: string) => `{ orders(first: 50) { id ... @defer { ${alias}: item { name } } } }`],
  ['whole', (alias: string) => `{ orders(first: 50) { id ${alias}: item { name } } }`],
])('Errors of a %s answer are told as long as their paths are no more than a megabyte', async (_how, query) => {
  refuseItems()
  const response = await post(query('a'.repeat(100_000)), `${OLD},${JSON_TYPES}`)
  const text = await response.text()
  expect(text.split('"FORBIDDEN"').length - 1).toBe(11)
})

test('Each operation of an array gets a whole answer', async () => {
  await withGateway({ env: { OPERATIONS_BATCH_SIZE: '2' } }, async (url) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: `${OLD},application/json` },
      body: JSON.stringify([{ query: '{ order(id: "1") { id ... @defer { note } } }' }, { query: '{ whoAmI }' }]),
    })
    expect(await response.json()).toEqual([
      { data: { order: { id: '1', note: 'note 1' } } },
      { data: { whoAmI: 'somebody' } },
    ])
  })
})

describe.each(FORMATS)('Apollo Client 4 with $spec', ({ handler }) => {
  test('Apollo Client 4 shows the first part, then the whole', async () => {
    const release = holdItems()
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${gateway.url}/graphql` }),
      cache: new InMemoryCache(),
      incrementalHandler: handler() as Handler,
    })
    const seen: unknown[] = []
    const whole = Promise.withResolvers<void>()
    const query = gql`
      query {
        order(id: "3") {
          id
          ... @defer(label: "it") {
            note
            item {
              id
              name
            }
          }
        }
      }
    `
    client.watchQuery({ query }).subscribe({
      next({ data, dataState }) {
        if (dataState === 'empty') return
        seen.push(JSON.parse(JSON.stringify(data)))
        if (dataState === 'complete') whole.resolve()
        else release()
      },
      error: whole.reject,
    })
    await whole.promise
    client.stop()
    expect(seen[0]).toMatchObject({ order: { id: '3' } })
    expect(seen[0]).not.toMatchObject({ order: { note: 'note 3' } })
    expect(seen.at(-1)).toMatchObject({ order: { id: '3', note: 'note 3', item: { id: 'i3', name: 'item i3' } } })
  })
})

test('urql shows the first part, then the whole', async () => {
  const release = holdItems()
  const client = new Client({ url: `${gateway.url}/graphql`, preferGetMethod: true, exchanges: [fetchExchange] })
  const seen: { readonly data: unknown; readonly hasNext: boolean }[] = []
  const { promise: whole, resolve } = Promise.withResolvers<void>()
  pipe(
    client.query(QUERY, {}),
    subscribe(({ data, hasNext }) => {
      seen.push(JSON.parse(JSON.stringify({ data, hasNext })))
      if (hasNext) release()
      else resolve()
    }),
  )
  await whole
  const all = ORDERS.map((order, id) => ({ ...order, ...rest(id) }))
  expect(seen[0]).toEqual({ data: { orders: ORDERS }, hasNext: true })
  expect(seen.at(-1)).toEqual({ data: { orders: all }, hasNext: false })
})
