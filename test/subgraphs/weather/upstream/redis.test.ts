import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createClient } from '@redis/client'
import { createQuota } from '../../../../subgraphs/weather/upstream/quota.ts'
import { openRedis, type Redis } from '../../../../subgraphs/weather/upstream/redis.ts'
import { stopClock } from '../../../support/clock.ts'
import { openWay } from '../../../support/cut-off.ts'
import { log } from '../../../support/log.ts'
import { type RedisServer, redisIsInstalled, startRedis } from '../../../support/redis.ts'
import { until } from '../../../support/until.ts'
import { startOpenMeteo } from '../support/open-meteo.ts'
import { type RunningWeather, startWeather } from '../support/service.ts'
import type { Stub } from '../support/stub.ts'

const QUERY = '{ city(id: "2267057") { name weather { current { temperature time } } } }'

const whereInstalled = redisIsInstalled() ? describe : describe.skip

let server: RedisServer
let stub: Stub
const running: RunningWeather[] = []
async function instance(): Promise<RunningWeather> {
  const weather = await startWeather({
    WEATHER_PROVIDER: 'open-meteo',
    OPEN_METEO_URL: stub.url,
    REDIS_URL: server.url,
  })
  running.push(weather)
  return weather
}

/** Everything stored under the service's keys, read by a separate client. */
async function stored(): Promise<Record<string, string>> {
  const client = createClient({ url: server.url })
  await client.connect()
  try {
    const keys = await client.keys('tributary:weather:*')
    return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, (await client.get(key)) ?? ''] as const)))
  } finally {
    client.destroy()
  }
}

/** An instance that is connected to Redis; before that it uses its own memory. */
async function sharingInstance(): Promise<RunningWeather> {
  const weather = await instance()
  const keys = new Set(Object.keys(await stored()))
  let place = 0
  await until(async () => {
    await weather.ask(`{ weather(at: { latitude: -70, longitude: ${place++ / 1000} }) { airQuality { pm10 } } }`)
    return Object.keys(await stored()).some((key) => key.includes(':air:') && !keys.has(key))
  })
  return weather
}

const forecasts = (): number => stub.calls.filter(({ path }) => path === '/v1/forecast').length

whereInstalled('with Redis', () => {
  beforeAll(async () => {
    server = await startRedis()
    stub = await startOpenMeteo()
  })
  beforeEach(async () => {
    await server.kill()
    await server.start()
    stub.calls.length = 0
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((weather) => weather.stop()))
  })
  afterAll(async () => {
    await server.kill()
    await stub.close()
  })

  test('Answers that one instance fetched serve all others, and a new one', async () => {
    const one = await sharingInstance()
    const answer = await one.ask(QUERY)
    await until(async () => Object.keys(await stored()).some((key) => key.includes(':current:')))
    const other = await sharingInstance()
    expect((await other.ask(QUERY)).data).toEqual(answer.data)
    expect(forecasts()).toBe(1)
  })

  test('Losing Redis loses no answer, and Redis is used again when it is back', async () => {
    const weather = await sharingInstance()
    await server.kill()
    const { data, errors } = await weather.ask(QUERY)
    expect(errors).toBeUndefined()
    expect(data.city.weather.current.temperature).toBe(38.7)
    await server.start()
    let latitude = 0
    await until(async () => {
      await weather.ask(`{ weather(at: { latitude: ${latitude++ / 100}, longitude: 9 }) { current { temperature } } }`)
      return Object.keys(await stored()).some((key) => key.includes(':current:'))
    })
  })

  test('A Redis that accepts connections but never answers causes no wait', async () => {
    const weather = await sharingInstance()
    server.freeze()
    try {
      const { data, errors } = await weather.ask(QUERY)
      expect(errors).toBeUndefined()
      expect(data.city.weather.current.temperature).toBe(38.7)
    } finally {
      server.thaw()
    }
  })

  test('A service starts and answers while Redis is down', async () => {
    await server.kill()
    const weather = await instance()
    expect((await weather.ask(QUERY)).errors).toBeUndefined()
  })

  test('Foreign values under our keys count as missing', async () => {
    const one = await sharingInstance()
    await one.ask(QUERY)
    let key: string | undefined
    await until(async () => {
      key = Object.keys(await stored()).find((each) => each.includes(':current:'))
      return key !== undefined
    })
    const client = createClient({ url: server.url })
    await client.connect()
    for (const rubbish of ['not JSON', '{"figures":7}', '[]', 'null']) {
      await client.set(key ?? '', rubbish)
      const before = forecasts()
      const weather = await sharingInstance()
      expect((await weather.ask(QUERY)).data.city.weather.current.temperature).toBe(38.7)
      expect(forecasts()).toBe(before + 1)
    }
    client.destroy()
  })

  test('A connection to Redis that is cut off is replaced', async () => {
    const way = await openWay(Number(new URL(server.url).port))
    using clock = stopClock()
    const redis = await openRedis(`redis://127.0.0.1:${way.port}`, log)
    const isHere = async (): Promise<boolean> => {
      const pong = redis.use((client) => client.ping())
      await clock.step(way.connections === 1 ? 0 : 10)
      return (await pong) === 'PONG'
    }
    await until(isHere)
    way.cutOff()
    await until(async () => {
      await clock.step(1_000)
      return way.connections > 1
    })
    await until(isHere)
    await redis.close()
    way.close()
  })

  test('All instances share a quota, and refused calls do not count', async () => {
    // A slow Redis counts as down.
    using _clock = stopClock()
    const connections: Redis[] = await Promise.all([openRedis(server.url, log), openRedis(server.url, log)])
    await until(async () =>
      (await Promise.all(connections.map((redis) => redis.use((client) => client.ping())))).every(
        (pong) => pong === 'PONG',
      ),
    )
    const quotas = connections.map((redis) => createQuota('shared', [{ seconds: 3600, limit: 10 }], redis))
    const now = Date.now()
    expect(await quotas[0]?.take(6, now)).toBe(0)
    expect(await quotas[1]?.take(6, now)).toBeGreaterThan(0)
    expect(await quotas[1]?.take(4, now)).toBe(0)
    expect(await quotas[0]?.take(1, now)).toBeGreaterThan(0)
    await Promise.all(connections.map((redis) => redis.close()))
  })
})
