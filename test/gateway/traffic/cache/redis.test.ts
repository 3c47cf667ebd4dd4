import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient } from '@redis/client'
import { keyFor, lookUp } from '../../../../gateway/traffic/cache/languages.ts'
import { createMemoryStore } from '../../../../gateway/traffic/cache/memory.ts'
import { createRedisStore } from '../../../../gateway/traffic/cache/redis.ts'
import type { AnswerStore } from '../../../../gateway/traffic/cache/store.ts'
import { stateless } from '../../../../gateway/traffic/call/kind.ts'
import type { Traffic } from '../../../../gateway/traffic/traffic.ts'
import { stopClock } from '../../../support/clock.ts'
import { openWay } from '../../../support/cut-off.ts'
import { log } from '../../../support/log.ts'
import { type RedisServer, startRedis } from '../../../support/redis.ts'
import { until } from '../../../support/until.ts'
import { callOf, entityBody, startUpstream, trafficTo, type Upstream } from '../../../support/upstream.ts'

let redis: RedisServer
let upstream: Upstream
const opened: (() => Promise<void>)[] = []
beforeAll(async () => {
  redis = await startRedis()
  upstream = await startUpstream(({ response, body, count }) => {
    response.setHeader('cache-control', 'max-age=600')
    const { variables } = JSON.parse(body) as { variables?: { r: { id: string }[] } }
    return { data: variables ? { _entities: variables.r.map(({ id }) => ({ id, count })) } : { count } }
  })
})
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})
afterAll(async () => {
  await upstream.stop()
  await redis.kill()
})

/** A gateway's traffic, with its own cache in memory and the shared Redis. */
async function openGateway(): Promise<Traffic> {
  const store = createRedisStore(redis.url, createMemoryStore(1_000_000), log)
  const traffic = trafficTo(stateless('weather'), [upstream.url], { store })
  opened.push(traffic.close, () => store.close())
  return traffic
}

const city = (id: string) =>
  entityBody(
    '{"query":"query($r:[_Any!]!){_entities(representations:$r){... on City{id}}}","variables":{"r":[',
    [`{"__typename":"City","id":"${id}"}`],
    ']}}',
  )
const countOf = async (traffic: Traffic, id: string): Promise<number> => {
  const { data } = (await traffic.send(callOf('weather', city(id)))).parsed()
  const [entity] = (data?.['_entities'] ?? []) as { count: number }[]
  return entity?.count ?? 0
}

describe('Redis', () => {
  test('All gateways share what one has fetched, and a purge at one reaches all', async () => {
    const [one, other] = [await openGateway(), await openGateway()]
    // A new gateway finds a shared entry as soon as Redis has it.
    let id = 0
    await until(async () => {
      id += 1
      const first = await countOf(one, `shared ${id}`)
      return (await countOf(other, `shared ${id}`)) === first
    })
    const kept = await countOf(other, `shared ${id}`)
    expect(await countOf(one, `shared ${id}`)).toBe(kept)
    await one.purge([`City:shared ${id}`])
    await until(async () => (await countOf(other, `shared ${id}`)) > kept)
  })

  test('What another gateway stores while a purge runs can still be purged', async () => {
    const other = await openGateway()
    const direct = createClient({ url: redis.url })
    await direct.connect()
    const kept = () => direct.keys('tributary:answer:*')
    await direct.flushAll()
    let id = 0
    const storeOne = async (): Promise<void> => {
      const before = (await kept()).length
      await until(async () => {
        id += 1
        await countOf(other, `raced ${id}`)
        return (await kept()).length > before
      })
    }
    const proxy = createServer((client) => {
      const server = connect(Number(new URL(redis.url).port), '127.0.0.1')
      let before = Promise.resolve()
      client.on('data', (piece) => {
        const isPurge = piece.includes('UNLINK')
        before = before.then(() => (isPurge ? storeOne() : undefined)).then(() => void server.write(piece))
      })
      server.pipe(client)
      client.on('close', () => server.destroy()).on('error', () => undefined)
      server.on('error', () => undefined)
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const { port } = proxy.address() as AddressInfo
    const store = createRedisStore(`redis://127.0.0.1:${port}`, createMemoryStore(1_000_000), log)
    try {
      await storeOne()
      await until(() =>
        store.purge(['City']).then(
          () => true,
          () => false,
        ),
      )
      await other.purge(['City'])
      expect(await kept()).toEqual([])
    } finally {
      await store.close()
      direct.destroy()
      proxy.close()
    }
  })

  test('A purge reaches a gateway after it reconnects, and invalid messages have no effect', async () => {
    const [one, other] = [await openGateway(), await openGateway()]
    const client = createClient({ url: redis.url })
    await client.connect()
    opened.push(async () => client.destroy())
    let id = 0
    await until(async () => {
      id += 1
      const first = await countOf(one, `broken ${id}`)
      return (await countOf(other, `broken ${id}`)) === first
    })
    const kept = await countOf(other, `broken ${id}`)
    // What the gateway does not catch fails this test.
    for (const message of ['nonsense', 'null', '{}', '[1]']) await client.publish('tributary:purges', message)
    const limit = await client.configGet('maxclients')
    await client.configSet('maxclients', '1') // nobody can reconnect
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    await one.purge([`City:broken ${id}`])
    await client.configSet(limit)
    await until(async () => (await countOf(other, `broken ${id}`)) > kept)
  })

  test('A purge fails with an explanation while Redis is down', async () => {
    const store = createRedisStore('redis://127.0.0.1:9', createMemoryStore(1_000_000), log)
    opened.push(() => store.close())
    await expect(store.purge(['a'])).rejects.toMatchObject({ status: 503, message: expect.stringContaining('Redis') })
  })

  test('A value from Redis is unchanged, digit by digit', async () => {
    const store = createRedisStore(redis.url, createMemoryStore(1_000_000), log)
    const other = createRedisStore(redis.url, createMemoryStore(1_000_000), log)
    opened.push(
      () => store.close(),
      () => other.close(),
    )
    const headers = ['x-stock', 'h\xe9 "1"']
    const value = Buffer.from('{"a":[1e400, 1.10],"b":"né\\u0041\\"}"}')
    await until(async () => {
      const kept = { value, bornAt: Date.now(), maxAge: 60, variesByLanguage: false, tags: [], headers }
      store.set([['exact', kept]], store.epoch)
      return (await other.get(['exact']))[0] !== undefined
    })
    expect((await other.get(['exact']))[0]).toMatchObject({ value, headers })
  })

  test('What is in memory is not asked of Redis, whether it varies by language or not', async () => {
    const store = createRedisStore(redis.url, createMemoryStore(1_000_000), log)
    const client = await createClient({ url: redis.url }).connect()
    opened.push(
      () => store.close(),
      async () => client.destroy(),
    )
    const asked = async () => Number(/cmdstat_mget:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0)
    const kept = { value: Buffer.from('1'), bornAt: Date.now(), maxAge: 60, variesByLanguage: false, tags: [] }
    const lookedUp = async (...keys: string[]) => (await lookUp(store, keys, 'en')).map((found) => found?.maxAge)
    // It forgets what it has when it begins to hear of purges.
    await until(async () => {
      store.set([['plain', kept]], store.epoch)
      store.set([[keyFor('varying', true, 'en'), { ...kept, maxAge: 50 }]], store.epoch)
      const before = await asked()
      expect(await lookedUp('plain', 'varying', 'nowhere')).toEqual([60, 50, undefined])
      const between = await asked()
      expect(await lookedUp('plain', 'varying')).toEqual([60, 50])
      return between > before && (await asked()) === between
    })
  })

  test('An entry that others wrote is passed over, and those beside it are used', async () => {
    const [store, other] = [0, 0].map(() => createRedisStore(redis.url, createMemoryStore(1_000_000), log)) as [
      AnswerStore,
      AnswerStore,
    ]
    const client = await createClient({ url: redis.url }).connect()
    opened.push(
      () => store.close(),
      () => other.close(),
      async () => client.destroy(),
    )
    const kept = { value: Buffer.from('1'), bornAt: Date.now(), maxAge: 60, variesByLanguage: false, tags: [] }
    const untagged = JSON.stringify({ value: '1', bornAt: Date.now(), maxAge: 60 })
    const foul = ['nonsense', 'null', '{}', '{"value":1}', untagged]
    await until(async () => {
      for (const at of ['begun', ...foul.keys()]) store.set([[`beside ${at}`, kept]], store.epoch)
      return (await other.get(['beside begun']))[0] !== undefined
    })
    for (const [at, text] of foul.entries()) {
      await client.set('tributary:answer:2:foul', text)
      expect(await other.get(['foul', `beside ${at}`])).toEqual([undefined, expect.objectContaining({ maxAge: 60 })])
    }
  })

  test('When Redis freezes, dies or returns, only cache hits are lost, never an answer', async () => {
    const gateway = await openGateway()
    await countOf(gateway, 'warm')
    redis.freeze()
    for (let n = 0; n < 10; n += 1) expect(await countOf(gateway, `frozen ${n}`)).toBeGreaterThan(0)
    redis.thaw()
    await redis.kill()
    for (let n = 0; n < 10; n += 1) expect(await countOf(gateway, `dead ${n}`)).toBeGreaterThan(0)
    await redis.start()
    const other = await openGateway()
    let id = 0
    await until(async () => {
      id += 1
      const first = await countOf(gateway, `back ${id}`)
      return (await countOf(other, `back ${id}`)) === first
    })
  })

  const kept = () => ({
    value: Buffer.from('{}'),
    bornAt: Date.now(),
    maxAge: 10_000_000,
    variesByLanguage: false,
    tags: ['cut'],
  })

  test('A gateway whose connections are cut off learns of the purges that it missed', async () => {
    const way = await openWay(Number(new URL(redis.url).port))
    using clock = stopClock()
    const near = createMemoryStore(1_000_000)
    const store = createRedisStore(`redis://127.0.0.1:${way.port}`, near, log)
    const other = createRedisStore(redis.url, createMemoryStore(1_000_000), log)
    opened.push(
      () => store.close(),
      () => other.close(),
      async () => way.close(),
    )
    const keep = () => near.set([['mine', kept()]], near.epoch)
    const isHere = async (): Promise<boolean> => (await near.get(['mine']))[0] !== undefined
    keep()
    await until(async () => {
      await other.purge(['cut']).catch(() => undefined)
      return !(await isHere())
    })
    const { connections } = way
    way.cutOff()
    keep()
    await other.purge(['cut'])
    await until(async () => {
      await clock.step(1_000)
      return way.connections > connections && !(await isHere())
    })
  })

  test('What is purged while it is fetched from Redis is not kept', async () => {
    const near = createMemoryStore(1_000_000)
    const store = createRedisStore(redis.url, near, log)
    const other = createRedisStore(redis.url, createMemoryStore(1_000_000), log)
    opened.push(
      () => store.close(),
      () => other.close(),
    )
    await until(async () => {
      other.set([['fetched', kept()]], other.epoch)
      near.forget()
      return (await store.get(['fetched']))[0] !== undefined
    })
    near.forget()
    const fetched = store.get(['fetched'])
    await near.purge(['cut']) // as a message of another gateway does
    expect((await fetched)[0]).toBeDefined()
    expect((await near.get(['fetched']))[0]).toBeUndefined()
  })

  test('A missing Redis does not stop the gateway from starting', async () => {
    const store = createRedisStore('redis://127.0.0.1:9', createMemoryStore(1_000_000), log)
    const traffic = trafficTo(stateless('weather'), [upstream.url], { store })
    opened.push(traffic.close, () => store.close())
    const first = await countOf(traffic, 'alone')
    expect(await countOf(traffic, 'alone')).toBe(first)
  })
})
