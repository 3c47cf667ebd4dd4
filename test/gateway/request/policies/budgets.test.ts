/**
 * Budgets by window, by API client and by concurrent requests, on a gateway over third-party
 * services.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient } from '@redis/client'
import type { z } from 'zod'
import { readConfig } from '../../../../gateway/config/load.ts'
import { budgetsSection } from '../../../../gateway/config/sections/budgets.ts'
import { stopClock } from '../../../support/clock.ts'
import { exampleOf } from '../../../support/example.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../../support/gateway.ts'
import { type RedisServer, startRedis } from '../../../support/redis.ts'
import { type Shop, startShop } from '../../../support/shop.ts'
import { until } from '../../../support/until.ts'
import { openRawSocket } from '../../websocket/raw-socket.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

let gateway: TestGateway
let stop = async (): Promise<void> => undefined
afterEach(() => stop())

/** Callers are identified by the address that a proxy reports. */
async function start(
  budgets: z.input<typeof budgetsSection>,
  more: Partial<Parameters<typeof startTestGateway>[0]> = {},
) {
  const env = { TRUSTED_PROXIES: '127.0.0.0/8, ::1', ...more.env }
  const config = more.config ?? { budgets: budgetsSection.parse(budgets) }
  gateway = await startTestGateway({ services: shop.services, ...more, env, config })
  stop = async () => {
    stop = async () => undefined
    await gateway.stop()
  }
}

const ONE = '{ order(id: "1") { id } }' // costs 1

/** Sends `count` requests; returns their verdicts. */
async function spend(count: number, headers: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const verdicts: string[] = []
  for (let at = 0; at < count; at += 1) verdicts.push(verdict(await ask(gateway.url, ONE, headers)))
  return verdicts
}

const fine = (count: number): string[] => Array(count).fill('200 OK')
const spent = '429 BUDGET_EXHAUSTED'

describe('windows of cost', () => {
  test('Each window bounds what a caller spends, and each is refilled in its own time', async () => {
    await start({
      windows: [
        { every: 1_000, cost: 2 },
        { every: 60_000, cost: 3 },
      ],
    })
    await spend(1, { 'x-forwarded-for': '192.0.2.9' }) // pays for the planning
    using clock = stopClock()
    expect(await spend(3)).toEqual([...fine(2), spent])
    await clock.step(1_000)
    expect(await spend(2)).toEqual([...fine(1), spent])
    await clock.step(20_000)
    expect(await spend(2)).toEqual([...fine(1), spent])
  })

  test('A configured API client has its own budget; any other client name changes nothing', async () => {
    await start({
      windows: [{ every: 60_000, cost: 1 }],
      client: { header: 'x-api-client' },
      clients: { shop: { windows: [{ every: 60_000, cost: 3 }] } },
    })
    await spend(1, { 'x-forwarded-for': '192.0.2.9' })
    using _clock = stopClock()
    expect(await spend(4, { 'x-api-client': 'shop' })).toEqual([...fine(3), spent])
    expect(await spend(1, { 'x-api-client': 'a' })).toEqual(fine(1))
    expect(await spend(1, { 'x-api-client': 'b' })).toEqual([spent])
  })

  test('A WebSocket names its client when it connects', async () => {
    await start({
      windows: [{ every: 60_000, cost: 1 }],
      client: { header: 'apollographql-client-name' },
      clients: { shop: { windows: [{ every: 60_000, cost: 3 }] } },
    })
    await spend(1, { 'x-forwarded-for': '192.0.2.9' })
    using _clock = stopClock()
    const types = async (init: object, count: number): Promise<string[]> => {
      const socket = await openRawSocket(gateway.url, { init })
      for (let id = 1; id <= count; id += 1) {
        socket.subscribe(`${id}`, ONE)
        await socket.find((message) => message.id === `${id}`)
      }
      const answers = socket.messages.filter(({ type }) => type === 'next' || type === 'error')
      socket.cut()
      return answers.map(({ type }) => type)
    }
    expect(await types({ 'ApolloGraphQL-Client-Name': 'shop' }, 4)).toEqual(['next', 'next', 'next', 'error'])
    expect(await types({ 'apollographql-client-name': 'a', 'x-forwarded-for': '192.0.2.7' }, 1)).toEqual(['next'])
    expect(await types({ 'x-forwarded-for': '192.0.2.7' }, 1)).toEqual(['error'])
  })
})

test('The example of docs/configuration/budgets.md gives each client its budget', async () => {
  const example = await exampleOf('docs/configuration/budgets.md')
  // Each request of this test costs 1.
  await start({}, { file: example.replaceAll(/(cost: [\d_]+?)00_000\b/g, '$1'), config: {} })
  await spend(1, { 'x-forwarded-for': '192.0.2.9' })
  using _clock = stopClock()
  expect(await spend(4)).toEqual([...fine(3), spent])
  expect(await spend(6, { 'x-api-client': 'partner' })).toEqual([...fine(5), spent])
})

test('An invalid budget is refused with a reason', () => {
  const faultsOf = (budgets: unknown): string[] =>
    budgetsSection.safeParse(budgets).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
  expect(faultsOf({ windows: [{ every: 10, cost: 0 }], requestsAtOnce: 0, client: {} })).toEqual([
    'windows.0.every: must be at least 1000',
    'windows.0.cost: must be at least 1',
    'requestsAtOnce: must be at least 1',
    'client: must be a header or a claim',
  ])
  expect(faultsOf({ clients: { shop: { requestsAtOnce: 1 } } })).toEqual(['client: is required with clients'])
  const twice = { every: 1_000, cost: 1 }
  expect(faultsOf({ windows: [twice, twice] })).toEqual(['windows: must have each "every" once'])
})

describe('requests at once', () => {
  test('A caller over the limit of concurrent requests is refused while these run, and others are not', async () => {
    await start({ requestsAtOnce: 1 })
    await spend(1)
    const arrived = Promise.withResolvers<void>()
    const slow = Promise.withResolvers<boolean>()
    shop.orders.misbehave(() => {
      shop.orders.misbehave(undefined)
      arrived.resolve()
      return slow.promise
    })
    const first = ask(gateway.url, ONE)
    await arrived.promise
    expect(await spend(1)).toEqual([spent])
    const other = ask(gateway.url, ONE, { 'x-forwarded-for': '192.0.2.9' })
    slow.resolve(false)
    expect([verdict(await first), verdict(await other)]).toEqual(fine(2))
    expect(await spend(1)).toEqual(fine(1))
  })
})

describe('measured budgets', () => {
  test('Measured budgets refuse nothing, and metrics count what they would have refused', async () => {
    await start({ windows: [{ every: 60_000, cost: 2 }], measure: true })
    await spend(1, { 'x-forwarded-for': '192.0.2.9' })
    using _clock = stopClock()
    expect(await spend(5)).toEqual(fine(5))
    expect(await gateway.registry.metrics()).toContain('tributary_limit_would_refuse_total{limit="budgetCost"} 3')
  })

  test('Without windows a measured budget refuses nothing either', async () => {
    await start({ measure: true }, { env: { TRUSTED_PROXIES: '127.0.0.0/8, ::1', LIMIT_COST_PER_MINUTE: '2' } })
    await spend(1, { 'x-forwarded-for': '192.0.2.9' })
    using _clock = stopClock()
    expect(await spend(5)).toEqual(fine(5))
    expect(await gateway.registry.metrics()).toContain('tributary_limit_would_refuse_total{limit="costPerMinute"} 3')
  })
})

describe('budgets of several gateways in Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.kill())

  test('Gateways spend budgets in Redis together; without Redis each continues alone, without waiting', async () => {
    const env = { REDIS_URL: redis.url }
    await start({ windows: [{ every: 3_600_000, cost: 5 }], store: 'redis', redisTimeout: 1_000 }, { env })
    const one = gateway
    await start({ windows: [{ every: 3_600_000, cost: 5 }], store: 'redis', redisTimeout: 1_000 }, { env })
    const two = gateway
    stop = async () => {
      stop = async () => undefined
      redis.thaw()
      await Promise.all([one.stop(), two.stop()])
    }
    const spendAt = async (at: TestGateway, address: string, query = '{ whoAmI }'): Promise<string> =>
      verdict(await ask(at.url, query, { 'x-forwarded-for': address }))
    // Requests of other callers pay for the planning, and wait until Redis is connected.
    for (const [at, address] of [
      [one, '192.0.2.8'],
      [two, '192.0.2.9'],
    ] as const) {
      await spendAt(at, address, ONE)
      await until(async () => {
        await spendAt(at, address)
        return isShared(redis.url, `address ${address}`)
      })
    }
    for (const at of [one, two, one, two, one]) expect(await spendAt(at, '192.0.2.1', ONE)).toBe('200 OK')
    expect(await spendAt(two, '192.0.2.1', ONE)).toBe(spent)
    expect(await spendAt(one, '192.0.2.1', ONE)).toBe(spent)
    redis.freeze()
    for (const at of [one, two]) expect(await spendAt(at, '192.0.2.3', ONE)).toBe('200 OK')
    expect(await spendAt(two, '192.0.2.1', ONE)).toBe(spent)
  })

  test('Workers that count together allow a caller the whole of the default budget', async () => {
    const env = { REDIS_URL: redis.url, GATEWAY_WORKERS: '4', LIMIT_COST_PER_MINUTE: '4000' }
    await start({ store: 'redis' }, { env })
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: ONE, extensions: { cost: true } }),
    })
    expect(await response.json()).toMatchObject({ extensions: { cost: { budgets: [{ cost: 4_000, every: 60_000 }] } } })
  })

  test('A request that ends after a new configuration was taken in gives its place back', async () => {
    const windows = [{ every: 3_600_000, cost: 1_000 }]
    const budgets = budgetsSection.parse({ windows, requestsAtOnce: 1, store: 'redis', redisTimeout: 1_000 })
    const env = { REDIS_URL: redis.url, TRUSTED_PROXIES: '127.0.0.0/8, ::1' }
    await start({}, { env, config: { budgets } })
    const client = await createClient({ url: redis.url }).connect()
    const slow = Promise.withResolvers<boolean>()
    shop.orders.misbehave(() => {
      shop.orders.misbehave(undefined)
      return slow.promise
    })
    const running = ask(gateway.url, ONE, { 'x-forwarded-for': '192.0.2.4' })
    const place = 'tributary:in-work:{address 192.0.2.4}'
    await until(async () => (await client.zCard(place)) === 1)
    const config = await readConfig({ ...env, SUPERGRAPH: gateway.supergraphFile, LOG_LEVEL: 'silent' })
    await gateway.reconfigure({ ...config, draining: { ...config.draining, quiet: 0 }, budgets })
    slow.resolve(false)
    expect(verdict(await running)).toBe('200 OK')
    // By itself it would be gone after ten seconds.
    await until(async () => (await client.pTTL(place)) < 5_000)
    expect(await client.exists(place)).toBe(0)
    client.destroy()
  })

  test('Concurrent requests are counted across gateways, and those of a crashed gateway expire soon', async () => {
    const env = { REDIS_URL: redis.url }
    await start({ requestsAtOnce: 2, store: 'redis', redisTimeout: 1_000 }, { env })
    const one = gateway
    await start({ requestsAtOnce: 2, store: 'redis', redisTimeout: 1_000 }, { env })
    const two = gateway
    stop = async () => {
      stop = async () => undefined
      await Promise.all([one.stop(), two.stop()])
    }
    const client = await createClient({ url: redis.url }).connect()
    const places = 'tributary:in-work:{address 127.0.0.1}'
    const slow = Promise.withResolvers<boolean>()
    let waiting = 0
    shop.orders.misbehave(() => {
      waiting += 1
      return slow.promise
    })
    const running = []
    for (const at of [one, two]) {
      running.push(ask(at.url, ONE))
      await until(async () => waiting === running.length && (await client.zCard(places)) === running.length)
    }
    for (const at of [one, two]) expect(verdict(await ask(at.url, ONE))).toBe(spent)
    shop.orders.misbehave(undefined)
    slow.resolve(false)
    expect((await Promise.all(running)).map(verdict)).toEqual(fine(2))
    await until(async () => (await client.zCard(places)) === 0)
    // A crash leaves places that nobody frees or renews.
    const end = Date.now() + 1_500
    await client.zAdd(
      places,
      ['a', 'b'].map((value) => ({ value, score: end })),
    )
    expect(verdict(await ask(one.url, ONE))).toBe(spent)
    await until(async () => verdict(await ask(two.url, ONE)) === '200 OK')
    expect(Date.now()).toBeGreaterThanOrEqual(end)
    client.destroy()
  })
})

/** True once Redis holds the caller's budget. */
async function isShared(url: string, caller: string): Promise<boolean> {
  const client = await createClient({ url }).connect()
  const found = await client.exists(`tributary:budget:{${caller}}:3600000`)
  client.destroy()
  return found === 1
}
