import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { ask, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { type Journal, journalSdl, startJournal } from '../../support/journal.ts'
import { type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'
import { type Message, openRawSocket, type RawSocket } from './raw-socket.ts'

let shop: Shop
let journal: Journal
let gateway: TestGateway
const sockets: RawSocket[] = []
const start = (env: Record<string, string> = {}, limits: object = {}) =>
  startTestGateway({
    services: [...shop.services, { name: 'journal', sdl: journalSdl, url: journal.url }],
    env: { STATELESS: 'items', ...env },
    limits,
  })
beforeAll(async () => {
  ;[shop, journal] = await Promise.all([startShop(), startJournal()])
  gateway = await start()
})
afterEach(async () => {
  jest.restoreAllMocks()
  shop.orders.misbehave(undefined)
  for (const socket of sockets.splice(0)) socket.cut()
  await until(() => journal.open === 0)
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([shop.close(), journal.close()])
})
const open = async (...parameters: Parameters<typeof openRawSocket>): Promise<RawSocket> => {
  const socket = await openRawSocket(...parameters)
  sockets.push(socket)
  return socket
}

const WRITTEN = 'subscription { written { text } }'
const ofId = (id: string, type?: string) => (message: Message) =>
  message.id === id && (type === undefined || message.type === type)
const codeOf = ({ payload }: Message) => payload[0].extensions.code

describe('cancelled operation', () => {
  const rounds: readonly [string, (socket: RawSocket) => void][] = [
    ['subscribe, complete, subscribe', (socket) => socket.subscribe('x', WRITTEN)],
    [
      'twenty of these in a row',
      (socket) => {
        for (let n = 0; n < 20; n += 1) {
          socket.subscribe('x', WRITTEN)
          socket.send({ id: 'x', type: 'complete' })
        }
        socket.subscribe('x', WRITTEN)
      },
    ],
    [
      'complete before there was anything',
      (socket) => {
        socket.send({ id: 'x', type: 'complete' })
        socket.subscribe('x', WRITTEN)
      },
    ],
  ]
  test.each(rounds)(
    'An id that is reused after a cancellation has one stream, with each event once, until the socket ends: %s',
    async (_what, again) => {
      const socket = await open(gateway.url)
      socket.subscribe('x', WRITTEN)
      socket.send({ id: 'x', type: 'complete' })
      again(socket)
      socket.subscribe('after', '{ whoAmI }')
      await socket.find(ofId('after', 'complete'))
      await until(() => journal.open === 1)
      journal.write(1)
      await socket.find(ofId('x', 'next'))
      socket.subscribe('last', '{ whoAmI }')
      await socket.find(ofId('last', 'complete'))
      expect(socket.messages.filter(ofId('x')).map(({ type }) => type)).toEqual(['next'])
      socket.cut()
      await until(() => journal.open === 0)
    },
  )

  test('A cancelled operation sends no further message', async () => {
    const socket = await open(gateway.url)
    let answer: (() => void) | undefined
    shop.orders.misbehave((_request, response) => {
      answer = () => void response.end('{"data":{"whoAmI":"late"}}')
      return true
    })
    socket.subscribe('q', '{ whoAmI }')
    await until(() => answer !== undefined)
    socket.send({ id: 'q', type: 'complete' })
    socket.subscribe('q', '{ __typename }')
    expect((await socket.find(ofId('q', 'next'))).payload).toEqual({ data: { __typename: 'Query' } })
    answer?.()
    socket.subscribe('last', '{ __typename }')
    await socket.find(ofId('last', 'complete'))
    expect(socket.messages.filter(ofId('q')).map(({ type }) => type)).toEqual(['next', 'complete'])
  })

  test('A socket that closes at any moment leaves no stream open', async () => {
    for (let wait = 0; wait < 10; wait += 1) {
      const socket = await open(gateway.url)
      for (let n = 0; n < 10; n += 1) socket.subscribe(`s${n}`, WRITTEN)
      for (let turn = 0; turn < wait; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      socket.cut()
    }
    const socket = await open(gateway.url)
    socket.subscribe('last', '{ __typename }')
    await socket.find(ofId('last', 'complete'))
    await until(() => journal.open === 0)
    expect(await metric('tributary_open_subscriptions')).toBe(0)
  })
})

const metric = async (name: string, at = gateway): Promise<number> => {
  const text = await (await fetch(`${at.adminUrl}/metrics`)).text()
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      ?.split(' ')
      .at(-1) ?? 0,
  )
}

describe('queries and mutations', () => {
  test('An operation is answered once, with the same execution, policies and errors as over HTTP', async () => {
    const socket = await open(gateway.url)
    const buy = 'mutation ($key: ID!) { buy(input: { idempotencyKey: $key, item: "1" }) { id item { name } } }'
    socket.subscribe('m', buy, { key: 'by socket' })
    await socket.find(ofId('m', 'complete'))
    expect(shop.bought).toContain('by socket')
    const operations = {
      query: { query: '{ whoAmI items(first: 2) { name } }' },
      partial: { query: '{ whoAmI secretFault }' },
      invalid: { query: '{ nothing }' },
      unparsable: { query: '{' },
      variable: { query: 'query ($n: Int) { orders(first: $n) { id } }', variables: { n: 'x' } },
      deep: { query: '{ items(first: 100000) { id } }' },
      unnamed: { query: '{ whoAmI }', operationName: '' },
      textless: { query: null, documentId: 'nothing' },
      unknown: { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } },
    }
    const shown = (value: unknown) =>
      JSON.parse(JSON.stringify(value).replace(/"requestId":"[^"]*"/g, '"requestId":""'))
    for (const [id, payload] of Object.entries(operations)) {
      const { data, errors } = await ask(gateway.url, payload)
      socket.send({ id, type: 'subscribe', payload })
      const answer = await socket.find(ofId(id))
      if (data === undefined) expect([id, answer.type, shown(answer.payload)]).toEqual([id, 'error', shown(errors)])
      else {
        expect([id, answer.type, shown(answer.payload)]).toEqual([
          id,
          'next',
          shown({ ...(errors && { errors }), data }),
        ])
        await socket.find(ofId(id, 'complete'))
      }
    }
  })

  test('The standard client works, with a persisted query too', async () => {
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    })
    const seen: unknown[] = []
    for await (const result of client.iterate({ query: '{ items(first: 1) { id } }' })) seen.push(result)
    expect(seen).toEqual([{ data: { items: [{ id: 'i0' }] } }])
    await client.dispose()
  })

  test('A stopping gateway answers running WebSocket operations before it closes, and starts no new ones', async () => {
    const other = await start()
    const socket = await open(other.url)
    const held: (() => void)[] = []
    shop.orders.misbehave((_request, response) => {
      held.push(() => void response.end('{"data":{"touch":1}}'))
      return true
    })
    socket.subscribe('m', 'mutation { touch }')
    await until(() => held.length === 1)
    const stopped = other.stop()
    await until(async () => (await fetch(`${other.url}/health/ready`)).status === 503)
    socket.subscribe('late', 'mutation { touch }')
    held[0]?.()
    expect(await socket.closed).toMatchObject({ code: 1012 })
    expect(socket.messages.filter(({ type }) => type !== 'connection_ack').map(({ id, type }) => [id, type])).toEqual([
      ['m', 'next'],
      ['m', 'complete'],
    ])
    expect(held.length).toBe(1)
    await stopped
  })
})

describe('protocol violations', () => {
  const query = { query: '{ __typename }' }
  test.each<[string, unknown, number]>([
    ['no JSON', '{', 4400],
    ['JSON that is no object', '[]', 4400],
    ['null', 'null', 4400],
    ['no type', {}, 4400],
    ['an unknown type', { type: 'start' }, 4400],
    ["a server's type", { type: 'next', id: '1', payload: {} }, 4400],
    ['no id', { type: 'subscribe', payload: query }, 4400],
    ['an empty id', { type: 'subscribe', id: '', payload: query }, 4400],
    ['an id that is a number', { type: 'subscribe', id: 1, payload: query }, 4400],
    ['an id without end', { type: 'subscribe', id: 'x'.repeat(100_000), payload: query }, 4400],
    ['no payload', { type: 'subscribe', id: '1' }, 4400],
    ['a query that is a number', { type: 'subscribe', id: '1', payload: { query: 1 } }, 4400],
    ['no query', { type: 'subscribe', id: '1', payload: {} }, 4400],
    ['variables that are a list', { type: 'subscribe', id: '1', payload: { ...query, variables: [] } }, 4400],
    ['a name that is a number', { type: 'subscribe', id: '1', payload: { ...query, operationName: 1 } }, 4400],
    ['a complete without id', { type: 'complete' }, 4400],
    ['a ping with text', { type: 'ping', payload: 'x' }, 4400],
    ['a token without end', { type: 'connection_init', payload: { authorization: 'x'.repeat(100_000) } }, 4400],
    [
      'a client name without end',
      { type: 'connection_init', payload: { 'graphql-client-name': 'x'.repeat(2_000) } },
      4400,
    ],
    ['a second connection_init', { type: 'connection_init' }, 4429],
  ])('A protocol violation closes the connection: %s', async (_what, message, code) => {
    const socket = await open(gateway.url)
    socket.send(message)
    expect((await socket.closed).code).toBe(code)
    expect((await ask(gateway.url, '{ whoAmI }')).data).toEqual({ whoAmI: 'somebody' })
  })

  test('A duplicate id, a binary message and a large message close the connection', async () => {
    for (const id of ['1', 'é'.repeat(200)]) {
      const twice = await open(gateway.url)
      twice.subscribe(id, WRITTEN)
      twice.subscribe(id, WRITTEN)
      expect((await twice.closed).code).toBe(4409)
    }
    const binary = await open(gateway.url)
    binary.socket.send(Buffer.from('{"type":"ping"}'))
    expect((await binary.closed).code).toBe(4400)
    const large = await open(gateway.url)
    large.send({ type: 'ping', payload: { x: 'x'.repeat(2_000_000) } })
    expect((await large.closed).code).toBe(1009)
    expect(await metric('tributary_limit_refusals_total{limit="bodyBytes"}')).toBeGreaterThan(0)
  })

  test.each<[string, string, string]>([
    ['many items', `[${'1,'.repeat(400_000)}1]`, 'variableValues'],
    ['many members of objects', `[${'{"a":1},'.repeat(100_000)}1]`, 'variableValues'],
    ['many levels of lists', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'variableDepth'],
    ['many levels of objects', `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`, 'variableDepth'],
  ])('A message of too %s closes the connection before it is parsed', async (_what, value, limit) => {
    const refusals = () => metric(`tributary_limit_refusals_total{limit="${limit}"}`)
    const before = await refusals()
    const socket = await open(gateway.url)
    await socket.find(({ type }) => type === 'connection_ack')
    const parse = jest.spyOn(JSON, 'parse')
    socket.send(`{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","variables":{"x":${value}}}}`)
    socket.subscribe('last', '{ __typename }')
    const answered = socket.find(ofId('last', 'complete')).then(() => ({ code: 'none' }))
    expect((await Promise.race([socket.closed, answered])).code).toBe(1009)
    expect(parse.mock.calls.filter(([text]) => text.length > 10_000)).toEqual([])
    expect(await refusals()).toBe(before + 1)
  })

  const bare = async (...protocols: readonly string[]) => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, [...protocols])
    socket.on('error', () => undefined)
    const closed = once(socket, 'close').then(([code]) => code as number)
    await once(socket, 'open')
    return { socket, closed }
  }

  test('A missing or late connection_init and another subprotocol close the connection', async () => {
    const early = await bare('graphql-transport-ws')
    early.socket.send('{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}')
    expect(await early.closed).toBe(4401)
    expect(await (await bare()).closed).toBe(4406)
    // The subprotocols that `gql` for Python offers.
    const either = await bare('graphql-ws', 'graphql-transport-ws')
    expect(either.socket.protocol).toBe('graphql-transport-ws')
    either.socket.close()
    const silent = await bare('graphql-transport-ws')
    expect(await silent.closed).toBe(4408)
  })

  test('A ping is answered, also before connection_init, and a pong is not', async () => {
    const { socket } = await bare('graphql-transport-ws')
    const first = once(socket, 'message')
    socket.send('{"type":"pong"}')
    socket.send('{"type":"ping","payload":{"a":1}}')
    expect(String((await first)[0])).toBe('{"type":"pong"}')
    const pong = once(socket, 'pong')
    socket.ping('frame')
    expect(String((await pong)[0])).toBe('frame')
    socket.terminate()
  })
})

describe('fairness between sockets', () => {
  test('At most 16 operations of a socket run at once, and finished ones make room', async () => {
    const socket = await open(gateway.url)
    const held: (() => void)[] = []
    shop.orders.misbehave((_request, response) => {
      held.push(() => response.end('{"data":{"whoAmI":"somebody"}}'))
      return true
    })
    for (let n = 0; n < 40; n += 1) socket.subscribe(`q${n}`, '{ whoAmI }')
    await until(() => held.length === 16)
    // This socket gets no further answers, while others are served.
    socket.subscribe('other', '{ __typename }')
    for (let n = 0; n < 20; n += 1)
      expect((await ask(gateway.url, '{ items(first: 1) { id } }')).errors).toBeUndefined()
    expect([held.length, socket.messages.length]).toEqual([16, 1])
    shop.orders.misbehave(undefined)
    for (const answer of held) answer()
    await socket.find(ofId('other', 'complete'))
    await until(() => socket.messages.filter(({ type }) => type === 'next').length === 41)
  })

  const floods: readonly [string, (n: number) => string][] = [
    [
      'operations with an invalid document',
      (n) => JSON.stringify({ id: `i${n}`, type: 'subscribe', payload: { query: `{ nothing${n} }` } }),
    ],
    ['pings', () => '{"type":"ping"}'],
    ['complete for what nobody knows', (n) => `{"type":"complete","id":"c${n}"}`],
    [
      'subscriptions that are given up',
      (n) =>
        n % 2 === 0 ? `{"id":"s","type":"subscribe","payload":{"query":"${WRITTEN}"}}` : '{"id":"s","type":"complete"}',
    ],
  ]
  test.each(floods)(
    'Each of 500 messages sent at once is handled in an event loop turn of its own: %s',
    async (_what, message) => {
      const socket = await open(gateway.url)
      await socket.find(({ type }) => type === 'connection_ack')
      const frames = Array.from({ length: 500 }, (_, n) => message(n))
      for (const frame of frames) socket.send(frame)
      socket.subscribe('last', '{ __typename }')
      let asked = 0
      let isOver = false
      const over = socket.find(ofId('last', 'complete')).then(() => (isOver = true))
      while (!isOver) {
        expect((await ask(gateway.url, '{ __typename }')).errors).toBeUndefined()
        asked += 1
      }
      await over
      // Handled in one turn, they would leave time for at most one other request.
      expect(asked).toBeGreaterThan(5)
    },
  )

  test('The gateway stops reading from a client that does not read, and its answers do not pile up', async () => {
    const socket = await open(gateway.url)
    await socket.find(({ type }) => type === 'connection_ack')
    socket.socket.pause()
    const count = 200
    const query = `{ ${Array.from({ length: 50 }, (_, n) => `a${n}: items(first: 100) { name }`).join(' ')} }`
    const answered = async () => (await metric('tributary_answers_total{code="OK"}')) - before
    const before = await metric('tributary_answers_total{code="OK"}')
    for (let n = 0; n < count; n += 1) socket.subscribe(`q${n}`, query)
    let last = -1
    await until(async () => {
      const now = await answered()
      const isStill = now > 0 && now === last
      last = now
      // After these requests through the same loop, every possible answer has been sent.
      for (let n = 0; n < 20; n += 1) await (await fetch(`${gateway.url}/health/live`)).text()
      return isStill
    })
    expect(last).toBeLessThan(count)
    socket.socket.resume()
    await socket.find(ofId(`q${count - 1}`, 'complete'))
    expect(await answered()).toBe(count)
  })
})

describe('limits', () => {
  test('Streams over the limit of a socket or a caller are refused with a code, and closed ones make room', async () => {
    const limited = await start({}, { streamsPerSocket: 3, streamsPerCaller: 5 })
    const [first, second] = [await open(limited.url), await open(limited.url)]
    for (let n = 0; n < 4; n += 1) first.subscribe(`s${n}`, WRITTEN)
    expect(codeOf(await first.find(ofId('s3', 'error')))).toBe('BUDGET_EXHAUSTED')
    for (let n = 0; n < 3; n += 1) second.subscribe(`s${n}`, WRITTEN)
    expect((await second.find(ofId('s2', 'error'))).payload[0]).toMatchObject({
      extensions: { code: 'BUDGET_EXHAUSTED', retryAfter: expect.any(Number) },
    })
    await until(() => journal.open === 5)
    first.send({ id: 's0', type: 'complete' })
    await until(() => journal.open === 4)
    second.subscribe('again', WRITTEN)
    await until(() => journal.open === 5)
    expect(await metric('tributary_limit_refusals_total{limit="streamsPerSocket"}', limited)).toBe(1)
    expect(await metric('tributary_limit_refusals_total{limit="streamsPerCaller"}', limited)).toBe(1)
    first.cut()
    second.cut()
    await limited.stop()
  })

  test('Sockets over the limit of an address are refused with 429 in JSON', async () => {
    const limited = await start({}, { socketsPerAddress: 2 })
    const [first] = [await open(limited.url), await open(limited.url)]
    const upgrade = () =>
      new Promise<string>((resolve) => {
        const key = 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13'
        const connection = connect(Number(new URL(limited.url).port), '127.0.0.1')
        connection.write(
          `GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n${key}\r\n\r\n`,
        )
        connection.once('data', (data) => {
          connection.destroy()
          resolve(String(data))
        })
      })
    const refused = await upgrade()
    expect(refused).toMatch(/^HTTP\/1\.1 429 /)
    expect(JSON.parse(refused.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      errors: [{ extensions: { code: 'BUDGET_EXHAUSTED' } }],
    })
    expect(await metric('tributary_limit_refusals_total{limit="socketsPerAddress"}', limited)).toBe(1)
    first.cut()
    await until(async () => (await upgrade()).startsWith('HTTP/1.1 101'))
    for (const socket of sockets.splice(0)) socket.cut()
    await limited.stop()
  })
})
