/** Subscriptions over multipart HTTP, as Apollo's clients read them. */
import {
  ApolloClient,
  CombinedGraphQLErrors,
  CombinedProtocolErrors,
  gql,
  HttpLink,
  InMemoryCache,
} from '@apollo/client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { type Journal, journalSdl, startJournal } from '../../support/journal.ts'
import { itemsSdl, type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'
import { partsOf } from './parts.ts'

let shop: Shop
let journal: Journal
/** Gateways with the fast path and with Node's reader. */
let gateways: readonly TestGateway[]
const start = (env: Record<string, string> = {}) =>
  startTestGateway({
    services: [
      { name: 'journal', sdl: journalSdl, url: journal.url },
      { name: 'items', sdl: itemsSdl, url: shop.items.url },
    ],
    env: { STATELESS: 'items', ...env },
  })
beforeAll(async () => {
  ;[shop, journal] = await Promise.all([startShop(), startJournal()])
  gateways = await Promise.all([start(), start({ HTTP_FAST_PATH: 'off' })])
})
// The next test must not mistake a stream of this one for its own.
afterEach(() => until(() => journal.open === 0))
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await Promise.all([shop.close(), journal.close()])
})
const gatewayBy = (path: string): TestGateway => gateways[path === 'off' ? 1 : 0] as TestGateway

const RESUMABLE = 'subscription ($after: String) { written(after: $after) { cursor text about { name } } }'
const PLAIN = 'subscription { written { text } }'
const TYPE = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
const JSON_TYPES = 'application/graphql-response+json, application/json'
/** The Accept header of Apollo iOS and Kotlin. */
const MOBILE = `${TYPE},application/json`

const post = (url: string, accept: string, body: object) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  })

const apollo = (url: string) =>
  new ApolloClient({ link: new HttpLink({ uri: `${url}/graphql` }), cache: new InMemoryCache() })

interface Followed {
  readonly texts: string[]
  readonly errors: unknown[]
  /** Resolves when the stream is complete. */
  readonly ended: Promise<void>
  leave(): void
}

function follow(url: string, query: string, variables: Record<string, unknown> = {}): Followed {
  const texts: string[] = []
  const errors: unknown[] = []
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const results = apollo(url).subscribe<{ written: { text: string } }>({ query: gql(query), variables })
  const subscription = results.subscribe({
    next({ data, error }) {
      if (data) texts.push(data.written.text)
      if (error) errors.push(error)
    },
    error: (error) => errors.push(error),
    complete: resolve,
  })
  return { texts, errors, ended, leave: () => subscription.unsubscribe() }
}

const textsFrom = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `entry ${from + n}`)

describe.each(['on', 'off'])('with the fast path %s', (path) => {
  test("Apollo Client's HttpLink can subscribe, and the service learns when the client leaves", async () => {
    const before = journal.length
    journal.write(3)
    const followed = follow(gatewayBy(path).url, RESUMABLE, { after: String(before) })
    await until(() => followed.texts.length === 3)
    journal.write(2)
    await until(() => followed.texts.length === 5)
    followed.leave()
    expect([followed.texts, followed.errors]).toEqual([textsFrom(before + 1, 5), []])
  })

  test('A stream that its service ends early has a part with the reason and a closing boundary', async () => {
    const response = await post(gatewayBy(path).url, MOBILE, { query: PLAIN })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, TYPE])
    expect(response.headers.get('cache-control')).toBe('no-store')
    let body = ''
    const whole = (async () => {
      for await (const piece of response.body ?? []) body += Buffer.from(piece).toString()
    })()
    await until(() => journal.open === 1)
    journal.write(1)
    await until(() => body.includes('entry'))
    await journal.kill()
    await journal.start()
    await whole
    expect(partsOf(body)).toEqual([
      { payload: { data: { written: { text: `entry ${journal.length}` } } } },
      { payload: null, errors: [expect.objectContaining({ message: expect.any(String) })] },
    ])
  })

  test.each([
    ['the type alone', 'multipart/mixed;subscriptionSpec=1.0', TYPE],
    ['as Apollo Kotlin writes it', `multipart/mixed;subscriptionSpec=1.0, ${JSON_TYPES}`, TYPE],
    ['as Apollo iOS writes it', 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json', TYPE],
    ['a version in quotes', 'multipart/mixed; subscriptionSpec="1.0", application/json', TYPE],
    ['a boundary first', 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json', TYPE],
    ['another letter case', 'Multipart/Mixed; SUBSCRIPTIONSPEC=1.0; q=0.3, application/json', TYPE],
    ['more than events', 'text/event-stream;q=0.5, multipart/mixed;subscriptionSpec=1.0', TYPE],
    ['before events', 'multipart/mixed;subscriptionSpec=1.0, text/event-stream', TYPE],
    ['after events', 'text/event-stream, multipart/mixed;subscriptionSpec=1.0', 'text/event-stream; charset=utf-8'],
    ['beside events', 'application/json, text/event-stream, multipart/mixed', 'text/event-stream; charset=utf-8'],
    ['a weight of nothing', 'multipart/mixed;subscriptionSpec=1.0;q=0, application/json', 'application/json'],
    ['another version', 'multipart/mixed;subscriptionSpec=2.0, application/json', 'application/json'],
    ['no version', 'multipart/mixed, application/json', 'application/json'],
    ['any type', 'multipart/*, */*', 'application/json'],
  ])('A refused subscription is answered in the accepted format: %s', async (_what, accept, expected) => {
    const response = await post(gatewayBy(path).url, accept, { query: 'subscription { nothing }' })
    const type = response.headers.get('content-type')
    expect([type, response.status]).toEqual([
      expected === 'application/json' ? 'application/json; charset=utf-8' : expected,
      expected === 'application/json' ? 400 : 200,
    ])
    await response.text()
  })
})

test('A refusal is the payload of the only part, and a GraphQL error for Apollo Client', async () => {
  const { url } = gatewayBy('on')
  const refused = partsOf(await (await post(url, MOBILE, { query: 'subscription { nothing }' })).text())
  expect(refused).toEqual([
    { payload: { errors: [expect.objectContaining({ extensions: expect.objectContaining(VALIDATION) })] } },
  ])
  const followed = follow(url, 'subscription { nothing }')
  await followed.ended
  expect(followed.errors).toHaveLength(1)
  expect(CombinedGraphQLErrors.is(followed.errors[0])).toBe(true)
})
const VALIDATION = { code: 'GRAPHQL_VALIDATION_FAILED' }

test('A client that accepts no event stream gets the list of accepted formats', async () => {
  const answer = await post(gatewayBy('on').url, 'multipart/mixed, application/json', { query: PLAIN })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toMatch(/text\/event-stream or multipart\/mixed;subscriptionSpec=1\.0, or a WebSocket/)
})

test('A query is answered in one part to clients that accept only multipart, and in JSON to all others', async () => {
  const { url } = gatewayBy('on')
  const query = '{ items(first: 1) { id } }'
  const only = await post(url, 'multipart/mixed;subscriptionSpec=1.0', { query })
  expect(partsOf(await only.text())).toEqual([{ payload: { data: { items: [{ id: 'i0' }] } } }])
  const either = await post(url, MOBILE, { query })
  expect([either.headers.get('content-type'), await either.json()]).toEqual([
    'application/json; charset=utf-8',
    { data: { items: [{ id: 'i0' }] } },
  ])
})

test('A subscription with a cursor survives a restart of its service without missing an event', async () => {
  const before = journal.length
  const followed = follow(gatewayBy('on').url, RESUMABLE, { after: String(before) })
  for (let round = 0; round < 2; round += 1) {
    journal.write(5)
    await until(() => journal.open === 1)
    await journal.kill()
    await journal.start()
  }
  journal.write(5)
  await until(() => followed.texts.length === 15)
  followed.leave()
  expect([followed.texts, followed.errors]).toEqual([textsFrom(before + 1, 15), []])
})

test('A broken stream is a protocol error for Apollo Client, whether a service or the gateway ends it', async () => {
  const codesOf = async (followed: Followed) => {
    await until(() => followed.errors.length > 0)
    const [error] = followed.errors
    return CombinedProtocolErrors.is(error) ? error.errors.map(({ extensions }) => extensions?.['code']) : error
  }
  const ofService = follow(gatewayBy('on').url, PLAIN)
  await until(() => journal.open === 1)
  await journal.kill()
  await journal.start()
  expect(await codesOf(ofService)).toEqual(['SERVICE_UNAVAILABLE'])
  const other = await start()
  const ofGateway = follow(other.url, RESUMABLE)
  await until(() => journal.open === 1)
  await other.stop()
  expect(await codesOf(ofGateway)).toEqual(['SERVICE_UNAVAILABLE'])
})
