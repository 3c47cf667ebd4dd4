import { afterEach, describe, expect, test } from '@jest/globals'
import { createRecord } from '../../../gateway/execution/trace/record.ts'
import { createCallers } from '../../../gateway/traffic/call/callers.ts'
import { type ServiceDefinition, stateful, stateless } from '../../../gateway/traffic/call/kind.ts'
import type { CallContext } from '../../../gateway/traffic/call/send.ts'
import type { Traffic } from '../../../gateway/traffic/traffic.ts'
import { stopClock } from '../../support/clock.ts'
import { until } from '../../support/until.ts'
import { callOf, type Received, startUpstream, trafficTo, type Upstream } from '../../support/upstream.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const { close } of opened.splice(0)) await close()
})

async function upstreams(count: number, answer: Upstream['answer']): Promise<Upstream[]> {
  const all = await Promise.all(Array.from({ length: count }, () => startUpstream(answer)))
  opened.push(...all.map(({ stop }) => ({ close: stop })))
  return all
}

function to(...parameters: Parameters<typeof trafficTo>): Traffic {
  const traffic = trafficTo(...parameters)
  opened.unshift(traffic)
  return traffic
}

const plain = { sharedCache: false, hedging: false, coalescing: false } as const
const ok = () => ({ data: { ok: true } })
const never = () => undefined
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'OK',
    (error: { extensions?: { code?: unknown } }) => error.extensions?.code ?? error,
  )

test('Calls are spread over the instances, and away from a busy one', async () => {
  const [first, second] = (await upstreams(2, ok)) as [Upstream, Upstream]
  const traffic = to(stateless('s', plain), [first.url, second.url])
  first.answer = never
  const stuck = Array.from({ length: 20 }, () => codeOf(traffic.send(callOf('s', '{}'))))
  await until(() => first.bodies.length + second.bodies.length === 20)
  const before = second.bodies.length
  for (let n = 0; n < 20; n += 1) await traffic.send(callOf('s', '{}'))
  expect(second.bodies.length - before).toBe(20)
  await first.stop()
  expect(new Set(await Promise.all(stuck))).toEqual(new Set(['OK']))
})

test.each([
  ['a stateful service', stateful('s'), true],
  ['a stateless one', stateless('s'), false],
  ['a stateless one of which nothing is shared', stateless('s', plain), false],
])('The caller frees the memory of its answer: %s', async (_which, definition, isLent) => {
  const [service] = (await upstreams(1, () => ({ data: { text: 'x'.repeat(1_000) } }))) as [Upstream]
  const { body, loan } = await to(definition, [service.url]).send({ ...callOf('s', '{}'), read: () => true })
  expect(loan?.bytes).toBe(isLent ? body : undefined)
})

test('A call lists the media types the gateway reads', async () => {
  const seen: unknown[] = []
  const [service] = (await upstreams(1, ({ request: { headers } }) => {
    seen.push([headers.accept, headers['accept-encoding']])
    return ok()
  })) as [Upstream]
  await to(stateful('s'), [service.url]).send(callOf('s', '{}'))
  expect(seen).toEqual([['application/graphql-response+json, application/json;q=0.9', 'gzip, deflate, br']])
})

test('A query is retried on another instance if one refuses, cuts the connection or answers nonsense', async () => {
  const [good, dead, cutting, broken] = (await upstreams(4, ok)) as [Upstream, Upstream, Upstream, Upstream]
  await dead.stop()
  cutting.answer = ({ request }) => void request.socket.destroy()
  broken.answer = ({ response }) => void response.writeHead(502).end('<html>')
  for (const other of [dead, cutting, broken]) {
    const traffic = to(stateless('s', plain), [good.url, other.url])
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(traffic.send(callOf('s', '{}')))))
    expect(new Set(codes)).toEqual(new Set(['OK']))
  }
  await dead.start()
})

describe('mutation', () => {
  /** Cuts this many connections, then answers. */
  const cutting =
    (cuts: number): Upstream['answer'] =>
    ({ request, count }) =>
      count <= cuts ? void request.socket.destroy() : ok()

  test('A mutation is retried only after a connection failure where every field carries a key', async () => {
    const [keyed, unkeyed, faulty] = (await upstreams(3, cutting(2))) as [Upstream, Upstream, Upstream]
    const withKey = to(stateful('s'), [keyed.url])
    expect(await codeOf(withKey.send(callOf('s', '{}', { idempotent: true }, 'mutation')))).toBe('OK')
    expect(keyed.bodies.length).toBe(3)
    const withoutKey = to(stateful('s'), [unkeyed.url])
    expect(await codeOf(withoutKey.send(callOf('s', '{}', {}, 'mutation')))).toBe('SERVICE_UNAVAILABLE')
    expect(unkeyed.bodies.length).toBe(1)
    faulty.answer = ({ response }) => void response.writeHead(500).end('oops')
    const answered = to(stateful('s'), [faulty.url])
    expect(await codeOf(answered.send(callOf('s', '{}', { idempotent: true }, 'mutation')))).toBe('SERVICE_UNAVAILABLE')
    expect(faulty.bodies.length).toBe(1)
  })

  test('A mutation that an instance refuses before any work goes to another one if every field carries a key', async () => {
    const [busy, free] = (await upstreams(2, ok)) as [Upstream, Upstream]
    busy.answer = ({ response }) => void response.writeHead(503, { 'retry-after': '1' }).end('{}')
    for (const [idempotent, code] of [
      [true, 'OK'],
      [false, 'SERVICE_UNAVAILABLE'],
    ] as const) {
      const traffic = to(stateful('s'), [busy.url, free.url])
      const codes = await Promise.all(
        Array.from({ length: 20 }, () => codeOf(traffic.send(callOf('s', '{}', { idempotent }, 'mutation')))),
      )
      expect(codes).toContain(code)
      expect(codes.every((each) => each === 'OK')).toBe(idempotent)
    }
    expect(busy.bodies.length).toBeGreaterThan(0)
  })
})

test('The deadline covers all attempts together, and the queue', async () => {
  using clock = stopClock()
  const [slow] = (await upstreams(1, never)) as [Upstream]
  const traffic = to(stateless('s', { ...plain, deadline: 200, concurrency: 1 }), [slow.url])
  const both = [traffic.send(callOf('s', '{}')), traffic.send(callOf('s', '{}'))].map(codeOf)
  await until(() => slow.bodies.length === 1)
  await clock.step(201)
  expect(await Promise.all(both)).toEqual(['SERVICE_TIMEOUT', 'SERVICE_TIMEOUT'])
})

describe('queue', () => {
  test('The queue of calls is limited: further calls are refused at once, and the queued ones are served', async () => {
    const releases: (() => void)[] = []
    const [slow] = (await upstreams(1, () => new Promise((resolve) => releases.push(() => resolve(ok()))))) as [
      Upstream,
    ]
    const traffic = to(stateless('s', { ...plain, concurrency: 2, queue: 3 }), [slow.url])
    const calls = Array.from({ length: 6 }, () => codeOf(traffic.send(callOf('s', '{}'))))
    expect(await calls[5]).toBe('SERVICE_UNAVAILABLE')
    for (let served = 0; served < 5; served += 1) {
      await until(() => releases.length > 0)
      expect(slow.bodies.length).toBeLessThanOrEqual(served + 2)
      releases.shift()?.()
    }
    expect(await Promise.all(calls.slice(0, 5))).toEqual(['OK', 'OK', 'OK', 'OK', 'OK'])
  })

  /**
   * A service that handles one call at a time, answered by the test. Returns the bodies in the
   * order of arrival.
   */
  async function slowService(queue: number, kind: typeof stateful | typeof stateless = stateful) {
    const releases: (() => void)[] = []
    const [slow] = (await upstreams(1, () => new Promise((resolve) => releases.push(() => resolve(ok()))))) as [
      Upstream,
    ]
    const traffic = to(kind('s', { concurrency: 1, queue }), [slow.url])
    const send = (text: string, context: Partial<CallContext>) =>
      codeOf(traffic.send(callOf('s', `"${text}"`, context)))
    const call = (caller: string, number: number) => send(`${caller}${number}`, { caller: () => caller })
    const serve = async (count: number): Promise<void> => {
      for (let served = 0; served < count; served += 1) {
        await until(() => releases.length > 0)
        releases.shift()?.()
      }
    }
    return { send, call, serve, bodies: slow.bodies }
  }

  test('Callers take turns, in order, however many calls one of them has waiting', async () => {
    const { call, serve, bodies } = await slowService(1_024)
    const flood = Array.from({ length: 200 }, (_, number) => call('a', number))
    const others = [call('b', 0), call('c', 0), call('b', 1)]
    await serve(203)
    await Promise.all([...flood, ...others])
    const order = bodies.slice(0, 8).map((body) => JSON.parse(body))
    expect(order).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1', 'a3', 'a4'])
  })

  test('A full queue drops the last call of the caller with most waiting', async () => {
    const { call, serve, bodies } = await slowService(3)
    const flood = Array.from({ length: 5 }, (_, number) => call('a', number))
    expect(await flood[4]).toBe('SERVICE_UNAVAILABLE')
    const other = call('b', 0)
    expect(await flood[3]).toBe('SERVICE_UNAVAILABLE')
    await serve(4)
    expect(await Promise.all([...flood.slice(0, 3), other])).toEqual(['OK', 'OK', 'OK', 'OK'])
    expect(bodies.map((body) => JSON.parse(body))).toEqual(['a0', 'a1', 'b0', 'a2'])
  })

  test('A call that answers several callers has the first turn of any of them', async () => {
    const { send, call, serve, bodies } = await slowService(1_024, stateless)
    const flood = Array.from({ length: 20 }, (_, number) => call('a', number))
    const callers = createCallers()
    const shared = [
      send('one', { caller: () => 'a' }),
      send('one', { caller: () => 'b' }),
      send('two', { caller: () => 'a', callers }),
    ]
    callers.add({ caller: () => 'c' })
    await serve(22)
    await Promise.all([...flood, ...shared])
    const order = bodies.slice(0, 6).map((body) => JSON.parse(body))
    expect(order).toEqual(['a0', 'a1', 'one', 'two', 'a2', 'a3'])
    expect(bodies).toHaveLength(22)
  })

  test('A full queue does not drop the call of the longest line that also waits in another', async () => {
    const { send, call, serve } = await slowService(3, stateless)
    const flood = [call('a', 0), call('a', 1), call('a', 2), send('one', { caller: () => 'a' })]
    const joined = send('one', { caller: () => 'b' })
    expect(await call('a', 3)).toBe('SERVICE_UNAVAILABLE')
    const callers = createCallers()
    callers.add({ caller: () => 'c' })
    const other = send('two', { caller: () => 'a', callers })
    expect(await flood[2]).toBe('SERVICE_UNAVAILABLE')
    await serve(4)
    expect(await Promise.all([flood[0], flood[1], flood[3], joined, other])).toEqual(Array(5).fill('OK'))
  })

  test('A caller that disconnects frees its place in the queue', async () => {
    const [slow] = (await upstreams(1, ({ count }) => (count === 1 ? undefined : ok()))) as [Upstream]
    const traffic = to(stateless('s', { ...plain, concurrency: 1 }), [slow.url])
    const leaving = new AbortController()
    const first = codeOf(traffic.send(callOf('s', '{}', { signal: leaving.signal })))
    const second = codeOf(traffic.send(callOf('s', '{}')))
    await until(() => slow.bodies.length === 1)
    leaving.abort()
    expect([await first, await second]).toEqual(['SERVICE_UNAVAILABLE', 'OK'])
  })
})

describe('circuit breaker', () => {
  test('The breaker keeps calls away from a failing instance, and lets them back within 5 s', async () => {
    using clock = stopClock()
    const [instance] = (await upstreams(1, ok)) as [Upstream]
    const traffic = to(stateful('s'), [instance.url])
    const health = () => traffic.status()[0]?.instances[0]?.health
    await instance.stop()
    await until(async () => (await codeOf(traffic.send(callOf('s', '{}')))) !== 'OK' && health() === 'unhealthy')
    await instance.start()
    expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('SERVICE_UNAVAILABLE')
    await clock.step(1_000)
    await until(() => health() === 'healthy')
    expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('OK')
  })

  test('One call at a time probes whether the instance is back', async () => {
    using clock = stopClock()
    const [instance] = (await upstreams(1, ({ response }) => void response.writeHead(503).end())) as [Upstream]
    const traffic = to(stateful('s'), [instance.url])
    const storm = () =>
      Promise.all(Array.from({ length: 30 }, () => codeOf(traffic.send(callOf('s', '{}', {}, 'mutation')))))
    const calls = () => instance.bodies.filter((body) => body === '{}').length
    await storm()
    await until(() => traffic.status()[0]?.instances[0]?.health === 'unhealthy')
    const reached = calls()
    await storm()
    expect(calls()).toBe(reached)
    await clock.step(500)
    await storm()
    expect(calls()).toBe(reached + 1)
  })
})

describe('hedging', () => {
  test('A second instance is called when the first is slower than nearly all calls were', async () => {
    const [first, second] = (await upstreams(2, ok)) as [Upstream, Upstream]
    const traffic = to(stateless('s', { ...plain, hedging: true }), [first.url, second.url])
    for (let n = 0; n < 80; n += 1) await traffic.send(callOf('s', '{}'))
    let cancelled = 0
    first.answer = ({ response }) => void response.once('close', () => (cancelled += 1))
    const before = first.bodies.length
    for (let n = 0; n < 20; n += 1) expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('OK')
    expect(first.bodies.length).toBeGreaterThan(before)
    await until(() => cancelled === first.bodies.length - before)
  })

  test('A trace distinguishes the hedge from the first attempt, which is aborted', async () => {
    const [first, second] = (await upstreams(2, ok)) as [Upstream, Upstream]
    const traffic = to(stateless('s', { ...plain, hedging: true }), [first.url, second.url])
    for (let n = 0; n < 80; n += 1) await traffic.send(callOf('s', '{}'))
    first.answer = () => undefined
    const attempts = await until(async () => {
      const call = callOf('s', '{}')
      const record = createRecord(() => performance.now(), call.body)
      await traffic.send({ ...call, trace: record.trace })
      const { attempts } = record.read()
      return attempts[0]?.instance.startsWith(first.url) && attempts
    })
    expect(attempts).toMatchObject([
      { hedge: false, outcome: 'cancelled' },
      { instance: expect.stringContaining(second.url), hedge: true, outcome: 'answered' },
    ])
    expect(attempts[0]).not.toHaveProperty('reason')
  })

  test('Only calls to stateless services are hedged', async () => {
    using clock = stopClock()
    const [first, second] = (await upstreams(2, ok)) as [Upstream, Upstream]
    const traffic = to(stateful('s', { deadline: 5_000 }), [first.url, second.url])
    for (let n = 0; n < 80; n += 1) await traffic.send(callOf('s', '{}'))
    first.answer = never
    const before = first.bodies.length + second.bodies.length
    const codes = Array.from({ length: 10 }, () => codeOf(traffic.send(callOf('s', '{}'))))
    await until(() => first.bodies.length + second.bodies.length === before + 10)
    await clock.step(4_999)
    expect(first.bodies.length + second.bodies.length).toBe(before + 10)
    await clock.step(1)
    expect(await Promise.all(codes)).toContain('SERVICE_TIMEOUT')
  })
})

describe('coalescing', () => {
  test('Identical calls are one call to a stateless service, and one each to a stateful one', async () => {
    for (const [definition, expected] of [
      [stateless('s', { sharedCache: false }), 1],
      [stateful('s'), 10],
    ] as const) {
      let release: () => void = () => undefined
      const gate = new Promise<void>((resolve) => (release = resolve))
      const [instance] = (await upstreams(1, () => gate.then(ok))) as [Upstream]
      const traffic = to(definition, [instance.url])
      const calls = Array.from({ length: 10 }, () => traffic.send(callOf('s', '{"query":"{a}"}')))
      await until(() => instance.bodies.length === expected)
      release()
      const answers = (await Promise.all(calls)).map((answer) => answer.parsed())
      expect(answers).toEqual(Array.from({ length: 10 }, ok))
      expect(instance.bodies.length).toBe(expected)
    }
  })

  test('Calls are not shared across perspectives, and mutations never', async () => {
    const [instance] = (await upstreams(1, ok)) as [Upstream]
    const traffic = to(stateless('s', { sharedCache: false }), [instance.url])
    await Promise.all([
      traffic.send(callOf('s', '{}', { perspective: 'preview' })),
      traffic.send(callOf('s', '{}', { perspective: 'published' })),
      traffic.send(callOf('s', '{}', {}, 'mutation')),
      traffic.send(callOf('s', '{}', {}, 'mutation')),
    ])
    expect(instance.bodies.length).toBe(4)
  })

  test('A call whose caller has disconnected already is not made', async () => {
    const [instance] = (await upstreams(1, ok)) as [Upstream]
    const traffic = to(stateless('s', { sharedCache: false }), [instance.url])
    expect(await codeOf(traffic.send(callOf('s', '{}', { signal: AbortSignal.abort() })))).toBe('SERVICE_UNAVAILABLE')
    expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('OK')
    expect(instance.bodies.length).toBe(1)
  })

  test('A shared call runs while anybody waits, and ends when the last has left', async () => {
    let closed = false
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const [instance] = (await upstreams(1, ({ response }) => {
      response.once('close', () => (closed = !response.writableFinished))
      return gate.then(ok)
    })) as [Upstream]
    const traffic = to(stateless('s', { sharedCache: false }), [instance.url])
    const [one, other] = [new AbortController(), new AbortController()]
    const first = codeOf(traffic.send(callOf('s', '{}', { signal: one.signal })))
    const second = codeOf(traffic.send(callOf('s', '{}', { signal: other.signal })))
    await until(() => instance.bodies.length === 1)
    one.abort()
    expect(await first).toBe('SERVICE_UNAVAILABLE')
    release()
    expect(await second).toBe('OK')
    const alone = new AbortController()
    instance.answer = ({ response }) => void response.once('close', () => (closed = true))
    const third = codeOf(traffic.send(callOf('s', '{}', { signal: alone.signal })))
    await until(() => instance.bodies.length === 2)
    alone.abort()
    instance.answer = ok
    expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('OK')
    await third
    await until(() => closed)
  })
})

describe('subscription', () => {
  const follow = async (traffic: Traffic, call = callOf('s', '{}')): Promise<unknown[]> => {
    const seen: unknown[] = []
    for await (const answer of traffic.subscribe(call, new AbortController().signal)) seen.push(answer.parsed())
    return seen
  }
  const isStream = ({ request }: Received) => request.headers.accept === 'text/event-stream'
  const health = (traffic: Traffic) => traffic.status()[0]?.instances.map((instance) => instance.health)

  test('Failing streams do not open the breaker for calls', async () => {
    const cut = (received: Received) => (isStream(received) ? void received.request.socket.destroy() : ok())
    const [only] = (await upstreams(1, cut)) as [Upstream]
    const traffic = to(stateful('s'), [only.url])
    for (let n = 0; n < 20; n += 1) expect(await codeOf(follow(traffic))).toBe('SERVICE_UNAVAILABLE')
    expect(health(traffic)).toEqual(['healthy'])
    expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('OK')
  })

  test('A working stream does not close the breaker of a service that fails its calls', async () => {
    const stream = 'event: next\ndata: {"data":{"ok":true}}\n\nevent: complete\ndata:\n\n'
    const [only] = (await upstreams(1, (received) => {
      if (isStream(received)) received.response.writeHead(200, { 'content-type': 'text/event-stream' }).end(stream)
      else received.request.socket.destroy()
    })) as [Upstream]
    const traffic = to(stateful('s'), [only.url])
    for (let n = 0; n < 10; n += 1) {
      await codeOf(traffic.send(callOf('s', '{}')))
      if (health(traffic)?.[0] === 'healthy') expect(await follow(traffic)).toEqual([{ data: { ok: true } }])
    }
    expect(health(traffic)).toEqual(['unhealthy'])
  })

  test.each([
    [401, {}, { code: 'UNAUTHENTICATED', service: 's' }],
    [403, {}, { code: 'FORBIDDEN', service: 's' }],
    [429, { 'retry-after': '7' }, { code: 'SERVICE_UNAVAILABLE', service: 's', retryAfter: 7 }],
    [503, { 'retry-after': '7' }, { code: 'SERVICE_UNAVAILABLE', service: 's', retryAfter: 7 }],
  ])(
    'A status %d without GraphQL means the same to a subscription as to a call',
    async (status, headers, extensions) => {
      const [only] = (await upstreams(1, ({ response }) => {
        response.writeHead(status, headers).end('No.')
      })) as [Upstream]
      const traffic = to(stateful('s'), [only.url])
      await expect(follow(traffic)).rejects.toMatchObject({ extensions })
      await expect(traffic.send(callOf('s', '{}'))).rejects.toMatchObject({ extensions })
    },
  )

  test.each<[string, ServiceDefinition, boolean]>([
    ['of the caller', stateful('s'), true],
    [
      'of the address, since a rule removes that of the caller',
      stateful('s', { headers: [{ remove: 'auth*' }] }),
      false,
    ],
    ['of the address, beside a header of the caller', stateless('s', { headers: [{ forward: 'x-tenant' }] }), false],
    ['of the caller, by a rule', stateless('s', { headers: [{ forward: 'authorization' }] }), true],
    ['of a rule', stateful('s', { headers: [{ insert: 'authorization', value: 'Bearer of all' }] }), false],
  ])('Refused credentials %s are the fault of who gave them', async (_whose, definition, isCallers) => {
    for (const [status, code] of [
      [401, 'UNAUTHENTICATED'],
      [403, 'FORBIDDEN'],
    ] as const) {
      const [only] = (await upstreams(1, ({ response }) => void response.writeHead(status).end('No.'))) as [Upstream]
      const traffic = to(definition, [only.url.replace('//', '//gateway:secret@')])
      const call = callOf('s', '{}', { authorization: 'Bearer mine' })
      const told = [await codeOf(traffic.send(call)), await codeOf(follow(traffic, call))]
      expect(told).toEqual(Array(2).fill(isCallers ? code : 'SERVICE_UNAVAILABLE'))
    }
  })

  test('The media type of a stream is known in any case', async () => {
    const stream = 'event: next\ndata: {"data":{"ok":true}}\n\nevent: complete\ndata:\n\n'
    const [only] = (await upstreams(1, ({ response }) => {
      response.writeHead(200, { 'content-type': 'Text/Event-Stream; charset=utf-8' }).end(stream)
    })) as [Upstream]
    expect(await follow(to(stateful('s'), [only.url]))).toEqual([{ data: { ok: true } }])
  })

  test('A subscription takes another instance where one cannot be reached, and fails where none can', async () => {
    const stream = 'event: next\ndata: {"data":{"ok":true}}\n\nevent: complete\ndata:\n\n'
    const [good, dead] = (await upstreams(2, ({ response }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(stream)
    })) as [Upstream, Upstream]
    await dead.stop()
    const traffic = to(stateful('s'), [good.url, dead.url])
    for (let n = 0; n < 20; n += 1) expect(await follow(traffic)).toEqual([{ data: { ok: true } }])
    await good.stop()
    expect(await codeOf(follow(traffic))).toBe('SERVICE_UNAVAILABLE')
    await Promise.all([good.start(), dead.start()])
  })
})
