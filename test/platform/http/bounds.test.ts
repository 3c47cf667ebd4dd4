/**
 * Limits of the public port: connections, time to send a request, memory for incomplete requests.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { WebSocket } from 'ws'
import { openRawSocket } from '../../gateway/websocket/raw-socket.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'

let shop: Shop
let gateway: TestGateway
const sockets: Socket[] = []
beforeAll(async () => {
  shop = await startShop()
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await gateway.stop()
})
afterAll(() => shop.close())

async function start(fast: string, limits: Readonly<Record<string, string>>): Promise<void> {
  gateway = await startTestGateway({ services: shop.services, env: { HTTP_FAST_PATH: fast, ...limits } })
}

/**
 * A client that has sent `text`; `received` is everything it got, and `closed` is true once the
 * gateway has ended the connection.
 */
async function client(text: string) {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  sockets.push(socket)
  const state = { socket, received: '', closed: false }
  socket.on('error', () => undefined)
  socket.on('data', (piece) => {
    state.received += piece
  })
  socket.on('close', () => {
    state.closed = true
  })
  await once(socket, 'connect')
  socket.write(text)
  return state
}

const refusals = async (limit: string): Promise<number> => {
  const { values } = (await gateway.registry.getSingleMetric('tributary_limit_refusals_total')?.get()) ?? { values: [] }
  return values.find(({ labels }) => labels['limit'] === limit)?.value ?? 0
}

const lines = ['host: here', 'content-type: application/json']
const HALF_A_HEAD = 'POST /graphql HTTP/1.1\r\nhost: he'
const halfABody = (bytes: number): string =>
  ['POST /graphql HTTP/1.1', ...lines, `content-length: ${bytes + 1}`, '', `{"query":"${'x'.repeat(bytes - 10)}`].join(
    '\r\n',
  )
const GET = 'GET /graphql?query={whoAmI} HTTP/1.1\r\nhost: here\r\n\r\n'

describe.each(['on', 'off'])('with HTTP_FAST_PATH=%s', (fast) => {
  test('Slow heads and bodies are refused in time, with JSON', async () => {
    await start(fast, { LIMIT_HEAD_SECONDS: '1', LIMIT_BODY_SECONDS: '2' })
    const slow = [
      { what: 'a head that comes slowly', text: HALF_A_HEAD, more: 'r' },
      { what: 'a body that comes slowly', text: halfABody(100), more: '' },
      { what: 'a body that comes byte by byte', text: halfABody(100).replace('101', '100000'), more: 'x' },
    ].map(async ({ what, text, more }) => {
      const one = await client(text)
      const drip = setInterval(() => one.socket.write(more), 100)
      await until(() => one.closed)
      clearInterval(drip)
      return [what, one.received]
    })
    const refused = expect.stringMatching(/^HTTP\/1\.1 408 .*"BAD_USER_INPUT"/s)
    for (const one of await Promise.all(slow)) expect(one).toEqual([expect.any(String), refused])
    expect([await refusals('headSeconds'), await refusals('bodySeconds')]).toEqual([1, 2])
    expect(verdict(await ask(gateway.url, '{ whoAmI }'))).toBe('200 OK')
  })

  test('Connections over the limit are refused with JSON, while health checks and the admin port are answered', async () => {
    await start(fast, { LIMIT_CONNECTIONS: '5' })
    for (let count = 0; count < 5; count += 1) await client(HALF_A_HEAD)
    const sixth = await client(GET)
    await until(() => sixth.closed)
    expect(sixth.received).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: 1\r\n.*"SERVICE_UNAVAILABLE"/s)
    expect(await refusals('connections')).toBe(1)
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200)
    expect((await fetch(`${gateway.adminUrl}/services`)).status).toBe(200)
  })

  test('A connection over the limit cannot become a WebSocket', async () => {
    await start(fast, { LIMIT_CONNECTIONS: '5' })
    for (let count = 0; count < 5; count += 1) await client(HALF_A_HEAD)
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await expect(once(socket, 'open')).rejects.toThrow('Unexpected server response: 503')
    expect(await refusals('connections')).toBe(1)
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200)
  })

  test('Connections far over the limit are closed at once', async () => {
    await start(fast, { LIMIT_CONNECTIONS: '5' })
    const all = []
    for (let count = 0; count < 100; count += 1) all.push(await client(HALF_A_HEAD))
    await until(async () => (await refusals('connections')) >= 31)
    expect(all.filter(({ closed }) => closed).length).toBeLessThan(100)
  })

  test('Idle connections make room for new ones', async () => {
    await start(fast, { LIMIT_CONNECTIONS: '5' })
    const idle: Awaited<ReturnType<typeof client>>[] = []
    for (let count = 0; count < 5; count += 1) {
      const one = await client(count % 2 ? GET : '')
      if (count % 2) await until(() => one.received.includes('somebody'))
      idle.push(one)
    }
    const busy = await client(GET)
    await until(() => busy.received.includes('somebody'))
    await until(() => idle.some(({ closed }) => closed))
    expect(busy.received).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('Incomplete bodies share a limited memory: the one that has stalled for longest is refused', async () => {
    await start(fast, { LIMIT_UNFINISHED_BODY_BYTES: '300000' })
    const first = await client(halfABody(140_000))
    const second = await client(halfABody(140_000))
    for (const { socket } of [first, second]) await until(() => socket.writableLength === 0)
    await until(async () => {
      await ask(gateway.url, { query: '{ whoAmI }', extensions: { padding: 'x'.repeat(200_000) } })
      return first.closed
    })
    expect(first.received).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: 1\r\n.*"SERVICE_UNAVAILABLE"/s)
    expect(await refusals('unfinishedBodyBytes')).toBeGreaterThan(0)
    expect(verdict(await ask(gateway.url, { query: '{ whoAmI }', extensions: { padding: 'x'.repeat(200_000) } }))).toBe(
      '200 OK',
    )
    expect(verdict(await ask(gateway.url, '{ whoAmI }'))).toBe('200 OK')
  })

  test('Incomplete WebSocket messages share the limited memory of bodies, and idle sockets stay open', async () => {
    await start(fast, { LIMIT_UNFINISHED_BODY_BYTES: '300000' })
    const idle = await openRawSocket(gateway.url)
    idle.send(`${' '.repeat(100_000)}{"type":"ping"}`)
    idle.socket.ping('x'.repeat(100))
    await idle.find(({ type }) => type === 'pong')
    const [first, second] = [await openRawSocket(gateway.url), await openRawSocket(gateway.url)]
    for (const { socket } of [first, second]) socket.send(' '.repeat(140_000), { fin: false })
    await until(async () => {
      await ask(gateway.url, { query: '{ whoAmI }', extensions: { padding: 'x'.repeat(200_000) } })
      return first.socket.readyState === WebSocket.CLOSED || second.socket.readyState === WebSocket.CLOSED
    })
    expect(await refusals('unfinishedBodyBytes')).toBeGreaterThan(0)
    idle.subscribe('1', '{ whoAmI }')
    expect(await idle.find(({ id }) => id === '1')).toMatchObject({ payload: { data: { whoAmI: 'somebody' } } })
    for (const { cut } of [idle, first, second]) cut()
  })
})
