/** Subscriptions to a service over `graphql-transport-ws`, served by `graphql-ws`. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { createClient } from 'graphql-sse'
import type { Answer } from '../../support/answer.ts'
import { exampleOf } from '../../support/example.ts'
import { startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { journalSdl } from '../../support/journal.ts'
import { itemsSdl, type Shop, startShop } from '../../support/shop.ts'
import { type SocketService, startSocketService } from '../../support/socket-service.ts'
import { until } from '../../support/until.ts'

let shop: Shop
let journal: SocketService
let gateway: TestGateway
beforeAll(async () => {
  ;[shop, journal] = await Promise.all([startShop(), startSocketService()])
  gateway = await startTestGateway({
    services: [
      { name: 'journal', sdl: journalSdl, url: journal.url },
      { name: 'items', sdl: itemsSdl, url: shop.items.url },
    ],
    file: (await exampleOf('docs/subscriptions.md')).replace('orders:', 'journal:'),
  })
})
// The next test must not mistake a stream of this one for its own.
afterEach(() => until(async () => (await journal.state()).sockets === 0))
afterAll(async () => {
  await gateway.stop()
  await Promise.all([journal.kill(), shop.close()])
})

const RESUMABLE = 'subscription ($after: String) { written(after: $after) { cursor text about { name } } }'
const PLAIN = 'subscription { written { text } }'

type Result = Pick<Answer, 'data' | 'errors'>

/** Subscribes until the stream ends or the test leaves it. */
function follow(query: string, after?: number, authorization?: string) {
  const results: Result[] = []
  const client = createClient({
    url: `${gateway.url}/graphql`,
    retryAttempts: 0,
    ...(authorization !== undefined && { headers: { authorization } }),
  })
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const variables = after === undefined ? {} : { after: String(after) }
  client.subscribe<Result['data']>(
    { query, variables },
    { next: (result) => results.push(result as Result), error: () => resolve(), complete: resolve },
  )
  const codes = () => results.map(({ errors }) => errors?.[0]?.extensions['code'])
  return { results, ended, codes, leave: () => client.dispose() }
}

const expected = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    data: {
      written: { cursor: String(from + n), text: `entry ${from + n}`, about: { name: `item i${(from + n) % 10}` } },
    },
  }))

test('Each event is joined with other services, in order, and the stream to the service ends when the client leaves', async () => {
  const before = journal.length
  await journal.write(5)
  const { results, leave } = follow(RESUMABLE, before)
  await until(() => results.length === 5)
  await journal.write(3)
  await until(() => results.length === 8)
  expect(results).toEqual(expected(before + 1, 8))
  leave()
  await until(async () => (await journal.state()).open === 0)
})

test('A burst of events larger than the buffer arrives complete', async () => {
  const before = journal.length
  await journal.write(500)
  const { results, leave } = follow(RESUMABLE, before)
  await until(() => results.length === 500)
  expect(results).toEqual(expected(before + 1, 500))
  leave()
})

test('Streams share a WebSocket only with those of the same caller, whose token it carries', async () => {
  const before = (await journal.state()).connections.length
  const followed = ['Bearer one', 'Bearer one', 'Bearer two', undefined].map((authorization) =>
    follow(PLAIN, undefined, authorization),
  )
  await until(async () => (await journal.state()).open === 4)
  const { sockets, connections } = await journal.state()
  expect(sockets).toBe(3)
  expect(
    connections.slice(before).toSorted((one, other) => String(one.header).localeCompare(String(other.header))),
  ).toEqual([
    { header: 'Bearer one', params: { authorization: 'Bearer one' } },
    { header: 'Bearer two', params: { authorization: 'Bearer two' } },
    {},
  ])
  await journal.write(1)
  await until(() => followed.every(({ results }) => results.length === 1))
  followed[0]?.leave()
  await until(async () => (await journal.state()).open === 3)
  expect((await journal.state()).sockets).toBe(3)
  for (const { leave } of followed) leave()
})

test('A subscription with a cursor survives a service that is killed, without missing an event', async () => {
  const before = journal.length
  const { results, leave } = follow(RESUMABLE, before)
  for (let round = 0; round < 2; round += 1) {
    await journal.write(10)
    await until(async () => (await journal.state()).open === 1)
    await journal.kill()
    await journal.start()
  }
  await journal.write(10)
  await until(() => results.length === 30)
  expect(results).toEqual(expected(before + 1, 30))
  leave()
})

test('A subscription without a cursor ends with a coded error when its service is killed', async () => {
  const followed = follow(PLAIN)
  await until(async () => (await journal.state()).open === 1)
  await journal.kill()
  await followed.ended
  await journal.start()
  expect(followed.results.at(-1)?.errors?.[0]?.extensions).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    service: 'journal',
  })
})

test('A caller whom the service refuses gets its refusal, and the stream is not opened again', async () => {
  const before = (await journal.state()).connections.length
  const { codes, ended } = follow(RESUMABLE, 0, 'Bearer forbidden')
  await ended
  expect(codes()).toEqual(['FORBIDDEN'])
  expect((await journal.state()).connections.length).toBe(before + 1)
})
