/** A new configuration while streams and WebSockets are open. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createClient } from '@redis/client'
import type { Config } from '../../../gateway/config/config.ts'
import { readConfig } from '../../../gateway/config/load.ts'
import { startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { type Journal, journalSdl, startJournal } from '../../support/journal.ts'
import { startRedis } from '../../support/redis.ts'
import { itemsSdl, type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'
import { type Message, openRawSocket } from '../websocket/raw-socket.ts'

let shop: Shop
let journal: Journal
let gateway: TestGateway
beforeAll(async () => {
  ;[shop, journal] = await Promise.all([startShop(), startJournal()])
  gateway = await startTestGateway({
    services: [
      { name: 'journal', sdl: journalSdl, url: journal.url },
      { name: 'items', sdl: itemsSdl, url: shop.items.url },
    ],
    env: { STATELESS: 'items' },
  })
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([shop.close(), journal.close()])
})

const configWith = (env: Record<string, string>): Promise<Config> =>
  readConfig({ SUPERGRAPH: gateway.supergraphFile, STATELESS: 'items', LOG_LEVEL: 'silent', ...env })
const ofId = (id: string, type?: string) => (message: Message) =>
  message.id === id && (type === undefined || message.type === type)
const openStreams = async (): Promise<string | undefined> =>
  /^tributary_open_subscriptions (\d+)$/m.exec(await gateway.commands.metrics())?.[1]

test('Streams go on, and new operations of an open WebSocket obey the new configuration', async () => {
  const socket = await openRawSocket(gateway.url)
  socket.subscribe('early', 'subscription { written { text } }')
  await until(() => journal.open === 1)
  const aliases = '{ a: item(id: "1") { id } b: item(id: "2") { id } }'
  socket.subscribe('before', aliases)
  await socket.find(ofId('before', 'next'))

  await gateway.reconfigure(await configWith({ LIMIT_ALIASES: '1' }))
  socket.subscribe('after', aliases)
  expect((await socket.find(ofId('after'))).type).toBe('error')
  expect(journal.open).toBe(1)
  expect(await openStreams()).toBe('1')
  journal.write(1)
  expect((await socket.find(ofId('early', 'next'))).payload.data.written.text).toMatch(/^entry/)

  socket.subscribe('late', 'subscription { written { text } }')
  await until(() => journal.open === 2)
  expect(await openStreams()).toBe('2')
  for (const id of ['early', 'late']) socket.send({ id, type: 'complete' })
  await until(() => journal.open === 0)
  socket.cut()
})

test('A WebSocket may send what a new configuration allows', async () => {
  const socket = await openRawSocket(gateway.url)
  await socket.find(({ type }) => type === 'connection_ack')
  await gateway.reconfigure(await configWith({ LIMIT_VARIABLE_VALUES: '30000' }))
  socket.subscribe('large', '{ item(id: "1") { id } }', { ids: Array(20_000).fill(1) })
  const ended = await Promise.race([socket.closed, socket.find(ofId('large'))])
  expect(ended).toMatchObject({ type: 'next' })
  socket.cut()
})

test('A new configuration gives no caller a new allowance of streams', async () => {
  const config = await configWith({ LIMIT_STREAMS_PER_CALLER: '1' })
  await gateway.reconfigure(config)
  const socket = await openRawSocket(gateway.url)
  socket.subscribe('first', 'subscription { written { text } }')
  await until(() => journal.open === 1)
  await gateway.reconfigure({ ...config })
  socket.subscribe('second', 'subscription { written { text } }')
  const [refused] = (await socket.find(ofId('second'))).payload
  expect(refused.extensions.code).toBe('BUDGET_EXHAUSTED')
  socket.send({ id: 'first', type: 'complete' })
  await until(() => journal.open === 0)
  socket.subscribe('third', 'subscription { written { text } }')
  await until(() => journal.open === 1)
  socket.send({ id: 'third', type: 'complete' })
  await until(() => journal.open === 0)
  socket.cut()
})

test('A configuration that cannot serve leaves no connection open', async () => {
  const redis = await startRedis()
  const other = await createClient({ url: redis.url }).connect()
  const received = async () => Number(/total_connections_received:(\d+)/.exec(await other.info('stats'))?.[1])
  const before = await received()
  const config = await configWith({ REDIS_URL: redis.url, BUDGETS_STORE: 'redis' })
  const token = { header: { name: 'authorization', scheme: 'Bearer' } }
  const identity = { issuers: [], demo: { dataDir: '/dev/null/nowhere' }, token, required: false }
  await expect(gateway.reconfigure({ ...config, identity })).rejects.toThrow()
  await until(async () => (await received()) > before)
  await until(async () => /connected_clients:1\b/.test(await other.info('clients')))
  other.destroy()
  await redis.kill()
})

test('A configuration that cannot serve changes nothing', async () => {
  const config = await configWith({ LIMIT_ALIASES: '1' })
  await expect(gateway.reconfigure({ ...config, supergraphFile: '/nowhere' })).rejects.toThrow('cannot be read')
  await gateway.reconfigure(config)
})

test('A gateway that is stopped while it takes a configuration in ends all the same', async () => {
  const other = await startTestGateway({ services: [{ name: 'items', sdl: itemsSdl, url: shop.items.url }] })
  const config = await readConfig({ SUPERGRAPH: other.supergraphFile, LOG_LEVEL: 'silent' })
  const taken = other.reconfigure(config)
  await other.stop()
  await taken
})
