/** Operations that a coprocessor replaces are checked as if the client had sent them. */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { CoprocessorSettings } from '../../../gateway/config/sections/coprocessor.ts'
import { type HttpListener, listen } from '../../../platform/http/server/listen.ts'
import { newFolder } from '../../support/folder.ts'
import { ask, type Operation, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts'
import { ordersSdl, type Shop, startShop } from '../../support/shop.ts'

type Message = Readonly<Record<string, unknown>>

const LISTED = 'query Listed { orders(first: 1) { id } }'
const SENT = 'query ($first: Int) { orders(first: $first) { id } }'
const orders = (count: number) => ({ orders: Array.from({ length: count }, (_, id) => ({ id: String(id) })) })

let shop: Shop
let provider: IdentityProvider
let coprocessor: HttpListener
let folder: string
let gateway: TestGateway
/** Runs registered operations only, and ignores failures of its coprocessor. */
let strict: TestGateway
const messages: Message[] = []
let change: (message: Message) => object = () => ({})

beforeAll(async () => {
  shop = await startShop()
  provider = await startIdentityProvider()
  coprocessor = await listen(
    async (request: IncomingMessage, response: ServerResponse) => {
      const message = (await json(request)) as Message
      messages.push(message)
      response.end(JSON.stringify({ ...message, ...change(message) }))
    },
    { host: '127.0.0.1', port: 0 },
  )
  folder = await newFolder()
  await writeFile(
    join(folder, 'list.json'),
    JSON.stringify({
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id: 'listed', name: 'Listed', type: 'query', body: LISTED }],
    }),
  )
  const guarded = ordersSdl.replace('"@key"', '"@key", "@authenticated"').replace('whoAmI: String', '$& @authenticated')
  const services = shop.services.map((each) => (each.name === 'orders' ? { ...each, sdl: guarded } : each))
  const start = (onFailure: CoprocessorSettings['onFailure'], more: Record<string, string>) =>
    startTestGateway({
      services,
      env: {
        STATELESS: 'items',
        ...provider.env,
        ...more,
      },
      limits: { depth: 3, bodyBytes: 1_000 },
      config: {
        coprocessor: {
          url: coprocessor.url,
          timeout: 5_000,
          onFailure,
          stages: { RouterRequest: ['body'], SupergraphRequest: ['body'], ExecutionRequest: ['body'] },
        },
      },
    })
  gateway = await start('refuse', { OPERATIONS_BATCH_SIZE: '3' })
  strict = await start('pass', { SAFELIST: join(folder, 'list.json') })
})
afterAll(async () => {
  await Promise.all([gateway.stop(), strict.stop()])
  await Promise.all([coprocessor.drain(0), provider.close(), shop.close()])
})
beforeEach(() => {
  messages.length = 0
  change = () => ({})
})

const changeAt = (stage: string, body: unknown): void => {
  change = (message) => (message['stage'] === stage ? { body } : {})
}
const told = (stage: string) => messages.filter((message) => message['stage'] === stage).map(({ body }) => body)
const send = (operation: Operation = { query: SENT, variables: { first: 3 } }) => ask(gateway.url, operation)

test('Text, name and variables of a coprocessor replace those of the client, and later stages get them', async () => {
  const body = {
    query: 'query A { clock } query B($count: Int) { orders(first: $count) { id } }',
    operationName: 'B',
    variables: { count: 2 },
  }
  changeAt('SupergraphRequest', body)
  expect(await send()).toMatchObject({ status: 200, data: orders(2) })
  expect(told('RouterRequest')).toEqual([JSON.stringify({ query: SENT, variables: { first: 3 } })])
  expect(told('SupergraphRequest')).toEqual([{ query: SENT, variables: { first: 3 } }])
  expect(told('ExecutionRequest')).toEqual([body])
})

test.each<[string, unknown, string]>([
  ['a text that is no GraphQL', { query: '{' }, '400 GRAPHQL_PARSE_FAILED'],
  ['a field that is not there', { query: '{ nothing }' }, '400 GRAPHQL_VALIDATION_FAILED'],
  [
    'an operation that is too deep',
    { query: '{ a: __schema { types { fields { name } } } }' },
    '400 OPERATION_TOO_COMPLEX',
  ],
  ['a variable of another type', { query: SENT, variables: { first: 'three' } }, '400 BAD_USER_INPUT'],
  ['more than a body may hold', { query: `{ clock } #${'a'.repeat(1_000)}` }, '413 BAD_USER_INPUT'],
  ['an id that nobody has registered', { documentId: 'unknown' }, '200 PERSISTED_QUERY_NOT_FOUND'],
  ['nothing to run', {}, '400 BAD_USER_INPUT'],
  ['a list', [{ query: '{ clock }' }], '500 INTERNAL'],
  ['a text', '{ clock }', '500 INTERNAL'],
  ['a query that is no text', { query: 7 }, '500 INTERNAL'],
  ['variables that are no object', { query: '{ clock }', variables: [1] }, '500 INTERNAL'],
  ['a name that is no text', { query: '{ clock }', operationName: {} }, '500 INTERNAL'],
])(
  'An operation changed at SupergraphRequest to %s is checked as if the client had sent it',
  async (_what, body, expected) => {
    changeAt('SupergraphRequest', body)
    expect(verdict(await send())).toBe(expected)
  },
)

test.each(['SupergraphRequest', 'RouterRequest'])(
  'A field that a coprocessor adds at %s is denied to callers without the right to it',
  async (stage) => {
    const body = { query: '{ whoAmI }' }
    changeAt(stage, stage === 'RouterRequest' ? JSON.stringify(body) : body)
    shop.orders.calls.length = 0
    expect(await send()).toMatchObject({
      data: { whoAmI: null },
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    })
    expect(shop.orders.calls).toEqual([])
  },
)

test.each<[string, unknown, string]>([
  ['another operation', JSON.stringify({ query: LISTED }), '200 OK'],
  ['what is no JSON', '{', '400 BAD_USER_INPUT'],
  ['what is no operation', '7', '400 BAD_USER_INPUT'],
  ['more than a body may hold', JSON.stringify({ query: `{ clock } #${'a'.repeat(1_000)}` }), '413 BAD_USER_INPUT'],
  ['an object', { query: LISTED }, '500 INTERNAL'],
])('A body changed at RouterRequest to %s is checked as if the client had sent it', async (_what, body, expected) => {
  changeAt('RouterRequest', body)
  const answer = await send()
  expect(verdict(answer)).toBe(expected)
  if (expected === '200 OK') expect(answer.data).toEqual(orders(1))
})

test('Each operation of a batch may be changed, and a request may become a batch', async () => {
  change = ({ stage, body }) => {
    const { query } = body as { query?: string }
    return stage === 'SupergraphRequest' && query === SENT ? { body: { query: LISTED } } : {}
  }
  const post = async (body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
  }
  expect(await post([{ query: '{ __typename }' }, { query: SENT }])).toEqual([
    { data: { __typename: 'Query' } },
    { data: orders(1) },
  ])
  changeAt('RouterRequest', JSON.stringify([{ query: LISTED }, { query: '{ __typename }' }]))
  expect(await post({ query: SENT })).toEqual([{ data: orders(1) }, { data: { __typename: 'Query' } }])
})

test('A GET has no body to change, and does not become a mutation', async () => {
  const get = async () => {
    const response = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent('{ orders(first: 3) { id } }')}`, {
      headers: { 'apollo-require-preflight': 'yes' },
    })
    return [response.status, ((await response.json()) as { data?: unknown }).data]
  }
  expect(await get()).toEqual([200, orders(3)])
  expect(told('RouterRequest')).toEqual([undefined])
  changeAt('RouterRequest', JSON.stringify({ query: LISTED }))
  expect(await get()).toEqual([500, undefined])
  changeAt('SupergraphRequest', { query: LISTED })
  expect(await get()).toEqual([200, orders(1)])
  changeAt('SupergraphRequest', { query: 'mutation { touch }' })
  expect(await get()).toEqual([405, undefined])
})

test('Operations by WebSocket are changed and checked, too', async () => {
  const client = createSocketClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  })
  try {
    changeAt('SupergraphRequest', { query: LISTED })
    expect(await client.iterate({ query: SENT }).next()).toMatchObject({ value: { data: orders(1) } })
    changeAt('SupergraphRequest', { query: '{ nothing }' })
    await expect(client.iterate({ query: SENT }).next()).rejects.toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ])
  } finally {
    await client.dispose()
  }
})

test('An operation sent by its hash is passed on with its text, and comes back unchanged', async () => {
  const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(LISTED).digest('hex') }
  const extensions = { persistedQuery, more: true }
  for (const operation of [{ query: LISTED, extensions }, { extensions }])
    expect(await send(operation)).toMatchObject({ status: 200, data: orders(1) })
  expect(told('SupergraphRequest')).toEqual(Array(2).fill({ query: LISTED, variables: {}, extensions: { more: true } }))
})

test('A replaced operation must be on the safelist, and may be given by its id', async () => {
  const listed = () => ask(strict.url, LISTED)
  expect((await listed()).data).toEqual(orders(1))
  changeAt('SupergraphRequest', { query: SENT })
  expect(verdict(await listed())).toBe('403 OPERATION_NOT_ALLOWED')
  changeAt('RouterRequest', JSON.stringify({ documentId: 'listed' }))
  expect((await ask(strict.url, SENT)).data).toEqual(orders(1))
})

test('An invalid replacement is ignored if failures pass', async () => {
  changeAt('SupergraphRequest', { query: 7 })
  expect((await ask(strict.url, LISTED)).data).toEqual(orders(1))
  changeAt('RouterRequest', 7)
  expect((await ask(strict.url, LISTED)).data).toEqual(orders(1))
})
