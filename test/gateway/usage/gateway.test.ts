import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { recordedUse } from '../../../gateway/contract/checks/recorded.ts'
import { readRecorded } from '../../../gateway/usage/read.ts'
import { newFolder } from '../../support/folder.ts'
import { ask, composeAt } from '../../support/gateway.ts'
import { type GatewayProcess, spawnGateway } from '../../support/gateway-process.ts'
import { redisIsInstalled, startRedis } from '../../support/redis.ts'
import { type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'

let folder: string
let shop: Shop
let env: Record<string, string>
beforeAll(async () => {
  shop = await startShop()
  folder = await newFolder()
  const SUPERGRAPH = join(folder, 'supergraph.graphql')
  await writeFile(SUPERGRAPH, composeAt(shop.services))
  env = { SUPERGRAPH, PORT: '0', ADMIN_PORT: '0', DATA_DIR: folder, USAGE_RECORD: 'on' }
})
afterAll(() => shop.close())

const usage = (): string => join(folder, 'usage')
const requestsOf = async (operation: string): Promise<number> =>
  recordedUse(await readRecorded(usage()).catch(() => []))
    .filter((use) => use.operation === operation)
    .reduce((sum, { requests }) => sum + requests, 0)

const web = { 'apollographql-client-name': 'web', 'apollographql-client-version': '1.4.0' }
const query = 'query Orders($first: Int = 2) { orders(first: $first) { id item { name } } }'

test('Stopping workers sum the usage over HTTP and WebSocket, without values', async () => {
  const gateway = await spawnGateway({ ...env, GATEWAY_WORKERS: '2', USAGE_EVERY: '3600000' })
  const marked = { query, variables: { first: 3, MARK: 'MARK' } }
  const sent = Array.from({ length: 20 }, () => ask(gateway.url, marked, { ...web, connection: 'close' }))
  for (const answer of await Promise.all(sent)) expect(answer.data.orders).toHaveLength(3)
  const everywhere = `# MARK
    query Marked($id: ID = "MARK", $other: ID! = 4711) {
      MARK: item(id: $id) { name @skip(if: false) ...MARK } item(id: """MARK""") { id } order(id: $other) { id }
      __type(name: "MARK") { name } ... @defer(label: "MARK") { MARK2: item(id: 4711) { stock } }
    } fragment MARK on Item { id }`
  expect((await ask(gateway.url, everywhere)).errors).toBeUndefined()
  await ask(gateway.url, 'mutation Bought { buy(input: { idempotencyKey: "MARK", item: "MARK" }) { id } }')
  const socket = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { 'graphql-client-name': 'ios', 'graphql-client-version': '7' },
  })
  for await (const _answer of socket.iterate({ query: 'query BySocket { orders { id } }' })) break
  await socket.dispose()
  expect(await gateway.terminate()).toBe(0)
  expect(await requestsOf('Orders')).toBe(20)
  expect(recordedUse(await readRecorded(usage()))).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ operation: 'Orders', client: 'web', version: '1.4.0', requests: 20 }),
      expect.objectContaining({ operation: 'BySocket', client: 'ios', version: '7', requests: 1 }),
    ]),
  )
  const files = await readdir(usage())
  const texts = await Promise.all(files.map((file) => readFile(join(usage(), file), 'latin1')))
  expect(texts.join('')).not.toMatch(/MARK|4711/)
  expect(texts.join('')).toContain('Query.orders(first:)')
  expect(texts.join('')).toContain('buy(input:$literal1)')
  expect(texts.join('')).toContain('alias1:item(id:$id){name@skip(if:$literal1)...fragment1}')
})

test('No usage is recorded if that is off', async () => {
  const before = await requestsOf('Orders')
  const gateway = await spawnGateway({ ...env, USAGE_RECORD: 'off' })
  await ask(gateway.url, query)
  await gateway.terminate()
  expect(await requestsOf('Orders')).toBe(before)
})

/** The gateway of the next two tests. */
let gateway: GatewayProcess
afterAll(() => gateway?.terminate())

test('Usage is also written while the gateway runs, and later usage is added', async () => {
  const before = await requestsOf('Orders')
  gateway = await spawnGateway({ ...env, USAGE_FOLDER: usage(), USAGE_EVERY: '20' })
  await ask(gateway.url, query)
  await until(async () => (await requestsOf('Orders')) === before + 1)
  await ask(gateway.url, query)
  await until(async () => (await requestsOf('Orders')) === before + 2)
})

test('An unwritable usage folder is logged once, and requests are answered', async () => {
  await rm(usage(), { recursive: true })
  await writeFile(usage(), '')
  expect((await ask(gateway.url, query)).data.orders).toHaveLength(2)
  await until(() => gateway.said().includes('recorded use cannot be written'))
  expect((await ask(gateway.url, query)).data.orders).toHaveLength(2)
  expect(await gateway.terminate()).toBe(0)
  expect(gateway.said().split('recorded use cannot be written')).toHaveLength(2)
})

const withRedis = redisIsInstalled() ? test : test.skip

withRedis(
  'Gateways that share a Redis record together; while it is away, counts wait and requests do not',
  async () => {
    const redis = await startRedis()
    const shared = { ...env, USAGE_STORE: 'redis', REDIS_URL: redis.url, USAGE_EVERY: '50' }
    const gateways = await Promise.all([spawnGateway(shared), spawnGateway({ ...shared, GATEWAY_WORKERS: '2' })])
    const total = async (): Promise<number> =>
      recordedUse(await readRecorded(redis.url).catch(() => [])).reduce((sum, { requests }) => sum + requests, 0)
    const send = () => Promise.all(gateways.map(({ url }) => ask(url, { query, variables: { MARK: 'MARK' } }, web)))
    try {
      await send()
      await until(async () => (await total()) === 2)
      await redis.kill()
      for (const answer of await send()) expect(answer.data.orders).toHaveLength(2)
      await redis.start()
      await until(async () => (await total()) === 2)
      for (let at = 0; at < 5; at += 1) await send()
    } finally {
      expect(await Promise.all(gateways.map((gateway) => gateway.terminate()))).toEqual([0, 0])
    }
    expect(await total()).toBe(12)
    const recorded = JSON.stringify(await readRecorded(redis.url))
    expect(recorded).not.toContain('MARK')
    expect(recorded).toContain('query Orders($first:Int!){orders(first:$first){id item{name}}}')
    await redis.kill()
  },
)
