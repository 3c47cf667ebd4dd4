import { afterEach, describe, expect, test } from '@jest/globals'
import { createMemoryStore } from '../../../../gateway/traffic/cache/memory.ts'
import type { AnswerStore, Kept } from '../../../../gateway/traffic/cache/store.ts'
import { type ServiceDefinition, stateful, stateless } from '../../../../gateway/traffic/call/kind.ts'
import type { RequestBody } from '../../../../gateway/traffic/call/send.ts'
import { stopDates } from '../../../support/clock.ts'
import { until } from '../../../support/until.ts'
import { callOf, entityBody, observer, startUpstream, trafficTo, type Upstream } from '../../../support/upstream.ts'

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

async function serve(answer: Upstream['answer'], definition: ServiceDefinition = stateless('weather')) {
  const upstream = await startUpstream(answer)
  const traffic = trafficTo(definition, [upstream.url])
  opened.push(traffic.close, upstream.stop)
  return { upstream, traffic }
}

/** Answers every query with the count of calls, cacheable for a minute. */
const counting: Upstream['answer'] = ({ response, count }) => {
  response.setHeader('cache-control', 'max-age=60, public')
  return { data: { count } }
}

const cities = (ids: readonly number[], field = 'name'): RequestBody =>
  entityBody(
    `{"query":"query($r:[_Any!]!){_entities(representations:$r){... on City{${field}}}}","variables":{"r":[`,
    ids.map((id) => `{"__typename":"City","id":"${id}"}`),
    ']}}',
  )

/** Answers entities by their ids. */
const gazetteer: Upstream['answer'] = ({ response, body, count }) => {
  response.setHeader('cache-control', 'max-age=60, public')
  const { variables } = JSON.parse(body) as { variables: { r: { id: string }[] } }
  return { data: { _entities: variables.r.map(({ id }) => (id === '0' ? null : { name: `city ${id}`, count })) } }
}

describe('answers of a stateless service', () => {
  test('A cacheable answer is cached as long as it allows, and has an Age header', async () => {
    const { upstream, traffic } = await serve(counting)
    const { seen, observe } = observer()
    const call = callOf('weather', '{"query":"{a}"}', { observe })
    expect((await traffic.send(call)).parsed()).toEqual({ data: { count: 1 } })
    expect((await traffic.send(call)).parsed()).toEqual({ data: { count: 1 } })
    expect((await traffic.send(callOf('weather', '{"query":"{b}"}'))).parsed()).toEqual({ data: { count: 2 } })
    expect(upstream.bodies.length).toBe(2)
    expect(seen).toEqual([
      { maxAge: 60, scope: 'public', age: 0, variesByLanguage: false },
      { maxAge: 60, scope: 'public', age: expect.any(Number), variesByLanguage: false },
    ])
  })

  test.each(['no-store', 'private, max-age=60', 'max-age=0', 'no-cache, max-age=60', ''])(
    'An answer is not kept with the header "%s"',
    async (cacheControl) => {
      const { upstream, traffic } = await serve(({ response, count }) => {
        if (cacheControl) response.setHeader('cache-control', cacheControl)
        return { data: { count } }
      })
      for (let n = 1; n <= 2; n += 1)
        expect((await traffic.send(callOf('weather', '{}'))).parsed()).toEqual({ data: { count: n } })
      expect(upstream.bodies.length).toBe(2)
    },
  )

  test('Answers with errors and answers to mutations are not kept', async () => {
    const { upstream, traffic } = await serve(({ response, count }) => {
      response.setHeader('cache-control', 'max-age=60')
      return { data: { count }, errors: [{ message: 'x' }] }
    })
    for (let n = 0; n < 2; n += 1) await traffic.send(callOf('weather', '{}'))
    upstream.answer = counting
    for (let n = 0; n < 2; n += 1) await traffic.send(callOf('weather', '{}', {}, 'mutation'))
    expect(upstream.bodies.length).toBe(4)
  })

  test('A clock that is set back does not lengthen the life of an answer', async () => {
    const { traffic } = await serve(counting)
    using dates = stopDates()
    const ask = () => traffic.send(callOf('weather', '{}')).then((answer) => answer.parsed())
    expect(await ask()).toEqual({ data: { count: 1 } })
    dates.step(-20_000) // as much as the clocks of gateways may differ
    expect(await ask()).toEqual({ data: { count: 1 } })
    dates.step(-3_600_000)
    expect([await ask(), await ask()]).toEqual([{ data: { count: 2 } }, { data: { count: 2 } }])
    dates.step(61_000)
    expect(await ask()).toEqual({ data: { count: 3 } })
  })

  test('Cached answers are kept apart by what the caller may see', async () => {
    const { traffic } = await serve(counting)
    const ask = (perspective: string) =>
      traffic.send(callOf('weather', '{}', { perspective })).then((answer) => answer.parsed())
    expect(await ask('preview')).toEqual({ data: { count: 1 } })
    expect(await ask('published')).toEqual({ data: { count: 2 } })
    expect(await ask('preview')).toEqual({ data: { count: 1 } })
  })
})

describe('Vary: Accept-Language', () => {
  test('Answers and entities that vary by language are kept for each language, others once', async () => {
    const { upstream, traffic } = await serve((received) => {
      received.response.setHeader('vary', 'Accept-Language')
      return received.body.includes('_entities') ? gazetteer(received) : counting(received)
    })
    const ask = async (language: string | undefined) => {
      const { seen, observe } = observer()
      await traffic.send(callOf('weather', '{"query":"{a}"}', { language, observe }))
      await traffic.send(callOf('weather', cities([1]), { language, observe }))
      expect(seen.every(({ variesByLanguage }) => variesByLanguage)).toBe(true)
      return upstream.bodies.length
    }
    expect([await ask('pt'), await ask('pt'), await ask('en'), await ask(undefined), await ask('en')]).toEqual([
      2, 2, 4, 6, 6,
    ])
    upstream.answer = counting
    await traffic.send(callOf('weather', '{"query":"{b}"}', { language: 'pt' }))
    await traffic.send(callOf('weather', '{"query":"{b}"}', { language: 'en' }))
    expect(upstream.bodies.length).toBe(7)
  })

  test('Answers that vary by more than the language are not kept', async () => {
    const { upstream, traffic } = await serve((received) => {
      received.response.setHeader('vary', 'Accept-Language, Cookie')
      return counting(received)
    })
    for (let n = 0; n < 2; n += 1) await traffic.send(callOf('weather', '{}'))
    expect(upstream.bodies.length).toBe(2)
  })
})

describe('entities of a stateless service', () => {
  test('Entities are cached one by one: only missing ones are requested, and the order stays', async () => {
    const { upstream, traffic } = await serve(gazetteer)
    await traffic.send(callOf('weather', cities([1, 3])))
    const { data } = (await traffic.send(callOf('weather', cities([4, 3, 2, 1, 0])))).parsed()
    expect(data).toEqual({
      _entities: [
        { name: 'city 4', count: 2 },
        { name: 'city 3', count: 1 },
        { name: 'city 2', count: 2 },
        { name: 'city 1', count: 1 },
        null,
      ],
    })
    expect(JSON.parse(upstream.bodies[1] ?? '').variables.r.map(({ id }: { id: string }) => id)).toEqual([
      '4',
      '2',
      '0',
    ])
    expect((await traffic.send(callOf('weather', cities([2, 4])))).parsed().data).toMatchObject({
      _entities: [{ count: 2 }, { count: 2 }],
    })
    expect(upstream.bodies.length).toBe(2)
    await traffic.send(callOf('weather', cities([1], 'country')))
    expect(upstream.bodies.length).toBe(3)
  })

  test('Entities with errors among them are all requested again, so that paths stay true', async () => {
    const { upstream, traffic } = await serve(gazetteer)
    await traffic.send(callOf('weather', cities([1])))
    upstream.answer = (received) => ({
      ...(gazetteer(received) as object),
      errors: [{ message: 'x', path: ['_entities', JSON.parse(received.body).variables.r.length - 1, 'name'] }],
    })
    const { errors } = (await traffic.send(callOf('weather', cities([1, 2])))).parsed()
    expect(errors?.[0]?.path).toEqual(['_entities', 1, 'name'])
  })

  test('Entities have exactly the bytes of their service, cached or not', async () => {
    const written = (id: string) => `{"name" :"}]\\u00e9\\"né ${id}", "n": [1.10, 12345678901234567890, {}]}`
    const { upstream, traffic } = await serve(({ response, body }) => {
      const { variables } = JSON.parse(body) as { variables: { r: { id: string }[] } }
      const entities = variables.r.map(({ id }) => (id === '2' ? 'null' : written(id)))
      response.setHeader('cache-control', 'max-age=60')
      response.end(`{ "extensions":{"a":[]},\n"data":{"_entities":[ ${entities.join(' , ')} ]}}`)
      return undefined
    })
    const ask = async (ids: readonly number[]) => (await traffic.send(callOf('weather', cities(ids)))).body.toString()
    const list = (ids: readonly string[]) =>
      `{"data":{"_entities":[${ids.map((id) => (id === '2' ? 'null' : written(id))).join()}]}}`
    await ask([1, 2])
    expect(await ask([3, 2, 1])).toBe(list(['3', '2', '1']))
    expect(await ask([1, 2, 3])).toBe(list(['1', '2', '3']))
    expect(upstream.bodies.length).toBe(2)
  })

  test.each([
    ['errors beside them', '{"data":{"_entities":[null]},"errors":[{"message":"x"}]}'],
    ['another name', '{"data":{"entities":[{"name":"a"}]}}'],
    ['another field beside them', '{"data":{"_entities":[{"name":"a"}],"b":1}}'],
    ['more of them than were asked for', '{"data":{"_entities":[{"name":"a"},{"name":"b"}]}}'],
    ['less of them', '{"data":{"_entities":[]}}'],
  ])('Entities are not kept where the answer has %s', async (_what, text) => {
    const { upstream, traffic } = await serve(({ response }) => {
      response.setHeader('cache-control', 'max-age=60')
      response.end(text)
      return undefined
    })
    for (let n = 0; n < 2; n += 1) {
      const answer = await traffic.send(callOf('weather', cities([1])))
      expect(answer.body.toString()).toBe(text)
    }
    expect(upstream.bodies.length).toBe(2)
    upstream.answer = gazetteer
    await traffic.send(callOf('weather', cities([2])))
    upstream.answer = ({ response }) => {
      response.end(text)
      return undefined
    }
    // An answer for one of two is not combined with the cached one: both are requested.
    expect((await traffic.send(callOf('weather', cities([1, 2])))).body.toString()).toBe(text)
  })

  test('A reader gets only answers to its own call', async () => {
    const { traffic } = await serve(gazetteer)
    const seen: string[] = []
    const read = (body: Buffer): boolean => seen.push(body.toString()) > 0
    const ask = (ids: readonly number[]) => traffic.send({ ...callOf('weather', cities(ids)), read })
    const answers = [await ask([1]), await ask([1]), await ask([1, 2])]
    expect(seen).toEqual(['{"data":{"_entities":[{"name":"city 1","count":1}]}}'])
    expect(answers.map(({ body }) => body.toString())).toEqual([
      ...[seen[0], seen[0]],
      '{"data":{"_entities":[{"name":"city 1","count":1},{"name":"city 2","count":2}]}}',
    ])
  })

  test('A cached entity retains no other memory', async () => {
    const kept: Kept[] = []
    const memory = createMemoryStore(10_000_000)
    const store: AnswerStore = {
      ...memory,
      set: (entries) => kept.push(...entries.map(([, each]) => each)),
    }
    const upstream = await startUpstream((received) =>
      received.body.includes('_entities') ? gazetteer(received) : counting(received),
    )
    const traffic = trafficTo(stateless('weather'), [upstream.url], { store })
    opened.push(traffic.close, upstream.stop)
    await traffic.send(callOf('weather', cities([1, 0, 2])))
    await traffic.send(callOf('weather', '{"query":"{a}"}'))
    expect(kept.map(({ value }) => value.toString())).toEqual([
      '{"name":"city 1","count":1}',
      'null',
      '{"name":"city 2","count":1}',
      '{"data":{"count":2}}',
    ])
    for (const { value } of kept) expect(value.buffer.byteLength).toBe(value.length)
  })

  test('Entities are purged by service, by type or one by one, with every whole answer that may hold them', async () => {
    const { upstream, traffic } = await serve((received) =>
      received.body.includes('_entities') ? gazetteer(received) : counting(received),
    )
    const warm = async () => {
      await traffic.send(callOf('weather', cities([1])))
      await traffic.send(callOf('weather', cities([2])))
      await traffic.send(callOf('weather', '{"query":"{a}"}'))
      return upstream.bodies.length
    }
    expect([await warm(), await warm()]).toEqual([3, 3])
    await traffic.purge(['City:1'])
    expect(await warm()).toBe(5)
    await traffic.purge(['City'])
    expect(await warm()).toBe(8)
    await traffic.purge(['weather'])
    expect(await warm()).toBe(11)
    await traffic.purge(['Nothing:1'])
    expect(await warm()).toBe(12)
  })

  test('A call that began before a purge answers nobody who asks after it', async () => {
    const { promise: held, resolve } = Promise.withResolvers<void>()
    const { upstream, traffic } = await serve(async ({ count }) => {
      if (count === 1) await held
      return { data: { count } }
    })
    const ask = async () => (await traffic.send(callOf('weather', '{"query":"{a}"}'))).parsed().data
    const before = [ask(), ask()]
    await until(() => upstream.bodies.length === 1)
    await traffic.purge(['weather'])
    const after = ask()
    resolve()
    expect(await Promise.all([...before, after])).toEqual([{ count: 1 }, { count: 1 }, { count: 2 }])
  })

  test('Entities are purged by the tags of their service', async () => {
    const { upstream, traffic } = await serve((received) => {
      received.response.setHeader('cache-tag', 'Article:en/terms, Article')
      return gazetteer(received)
    })
    for (let n = 0; n < 2; n += 1) await traffic.send(callOf('weather', cities([1])))
    expect(upstream.bodies.length).toBe(1)
    await traffic.purge(['Article:en/terms'])
    await traffic.send(callOf('weather', cities([1])))
    expect(upstream.bodies.length).toBe(2)
  })
})

test('An answer of a stateful service is never cached, even if it allows that', async () => {
  const { upstream, traffic } = await serve(
    (received) => (received.body.includes('_entities') ? gazetteer(received) : counting(received)),
    stateful('banking'),
  )
  const { seen, observe } = observer()
  for (let n = 1; n <= 2; n += 1) {
    await traffic.send(callOf('banking', '{}', { observe }))
    await traffic.send(callOf('banking', cities([1]), { observe }))
  }
  expect(upstream.bodies.length).toBe(4)
  expect(new Set(seen.map(({ scope, maxAge }) => `${scope} ${maxAge}`))).toEqual(new Set(['private 0']))
})

describe('memory', () => {
  const entry = (bytes: number, tags: readonly string[] = []) => ({
    value: Buffer.alloc(bytes),
    bornAt: Date.now(),
    maxAge: 60,
    variesByLanguage: false,
    tags,
  })

  test("The cache's memory is limited: it evicts the least recently used first, and rejects too large entries", async () => {
    const store = createMemoryStore(100_000)
    store.set([['large', entry(10_000_000)]], store.epoch)
    for (let n = 0; n < 1_000; n += 1) store.set([[`k${n}`, entry(100, ['t'])]], store.epoch)
    const found = await store.get(['large', 'k0', 'k999'])
    expect(found.map((kept) => kept !== undefined)).toEqual([false, false, true])
    await store.purge(['t'])
    expect(await store.get(['k999'])).toEqual([undefined])
  })

  test('Any share of any setting is a cache; one of no bytes keeps nothing', async () => {
    const keeps = async (bytes: number): Promise<boolean> => {
      const store = createMemoryStore(bytes)
      store.set([['a', entry(10)]], store.epoch)
      return (await store.get(['a']))[0] !== undefined
    }
    const shares = [0, 0.3, 7, 100_000 / 3, (128 * 1024 * 1024) / 3]
    expect(await Promise.all(shares.map(keeps))).toEqual([false, false, false, true, true])
  })

  test('The cache drops stale entries', async () => {
    const store = createMemoryStore(100_000)
    store.set([['old', { ...entry(10), bornAt: Date.now() - 61_000 }]], store.epoch)
    expect(await store.get(['old'])).toEqual([undefined])
  })
})
