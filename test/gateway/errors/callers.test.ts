/** Callers' mistakes are answered, and are not logged as errors. */
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { WebSocket } from 'ws'
import { startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { type Shop, startShop } from '../../support/shop.ts'

let shop: Shop
let gateway: TestGateway
const errors: string[] = []
beforeAll(async () => {
  shop = await startShop()
  const log = pino({ level: 'error' }, { write: (line) => errors.push(line) })
  gateway = await startTestGateway({ services: shop.services, log, env: { OPERATIONS_BATCH_SIZE: '2' } })
})
afterAll(async () => {
  await gateway.stop()
  await shop.close()
})
beforeEach(() => {
  errors.length = 0
})

const json = { 'content-type': 'application/json' }
const sent = (body: unknown, headers: Readonly<Record<string, string>> = json): RequestInit => ({
  method: 'POST',
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

test.each<[what: string, path: string, request: RequestInit]>([
  ['a path that is none', '/graphq', sent({ query: '{ clock }' })],
  ['no JSON', '/graphql', sent('{"query":')],
  ['JSON that is no request', '/graphql', sent([[1], null, 'x'])],
  ['a batch that is too long', '/graphql', sent(Array.from({ length: 3 }, () => ({ query: '{ clock }' })))],
  ['another media type', '/graphql', sent('{ clock }', { 'content-type': 'text/plain' })],
  ['a format that nobody writes', '/graphql', sent({ query: '{ clock }' }, { ...json, accept: 'image/png' })],
  ['another method', '/graphql', { method: 'PUT' }],
  ['no query', '/graphql', sent({})],
  ['variables that are a list', '/graphql', sent({ query: '{ clock }', variables: [1] })],
  ['no GraphQL', '/graphql', sent({ query: '{ clock' })],
  ['a field that is none', '/graphql', sent({ query: '{ clok }' })],
  ['an operation that is none', '/graphql', sent({ query: 'query A { clock } query B { clock }', operationName: 'C' })],
  ['a missing variable', '/graphql', sent({ query: 'query ($id: ID!) { item(id: $id) { id } }' })],
  [
    'a wrong variable',
    '/graphql',
    sent({ query: 'query ($n: Int) { items(first: $n) { id } }', variables: { n: 'x' } }),
  ],
  ['a wrong literal', '/graphql', sent({ query: '{ items(first: "x") { id } }' })],
  [
    'a subscription that is none',
    '/graphql',
    sent({ query: 'subscription { clock }' }, { ...json, accept: 'text/event-stream' }),
  ],
  ['a mutation by GET', '/graphql?query=mutation{touch}', { headers: { 'apollo-require-preflight': 'x' } }],
  ['a hash of nothing', '/graphql', sent({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } })],
  ['a query too dear', '/graphql', sent({ query: '{ items(first: 1000000000) { id } }' })],
  ['a query too deep', '/graphql', sent({ query: '{a'.repeat(5_000) + '}'.repeat(5_000) })],
  ['a field that it is refused', '/graphql', sent({ query: '{ refused }' })],
])('Who sends %s makes no error line in the log', async (_what, path, request) => {
  const response = await fetch(`${gateway.url}${path}`, request)
  expect(await response.text()).toContain('"errors"')
  expect(errors).toEqual([])
})

test.each<[what: string, messages: readonly string[]]>([
  ['no JSON', ['{']],
  ['an operation before it has introduced itself', ['{"id":"1","type":"subscribe","payload":{"query":"{ clock }"}}']],
  ['two introductions', ['{"type":"connection_init"}', '{"type":"connection_init"}']],
])('Who sends %s by WebSocket makes no error line in the log', async (_what, messages) => {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  for (const message of messages) socket.send(message)
  const [code] = await once(socket, 'close')
  expect(code).toBeGreaterThanOrEqual(4_400)
  expect(errors).toEqual([])
})
