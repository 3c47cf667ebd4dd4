/** Headers of a stateless service's answers reach each caller who gets the answer. */
import { afterEach, expect, test } from '@jest/globals'
import { compileClientRules } from '../../../gateway/headers/to-client.ts'
import { createMemoryStore } from '../../../gateway/traffic/cache/memory.ts'
import { stateful, stateless } from '../../../gateway/traffic/call/kind.ts'
import type { Question, RequestBody } from '../../../gateway/traffic/call/send.ts'
import type { Traffic } from '../../../gateway/traffic/traffic.ts'
import { callOf, entityBody, type Received, startUpstream, trafficTo, type Upstream } from '../../support/upstream.ts'

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

const rulesFor = (...names: string[]) =>
  compileClientRules(names.map((forward) => ({ forward, when: 'append', insert: undefined, value: undefined })))
const clientRules = rulesFor('x-stock', 'set-cookie')

async function upstream(answer: Upstream['answer']): Promise<Upstream> {
  const started = await startUpstream(answer)
  opened.push(started.stop)
  return started
}

const to = (...[definition, addresses, options]: Parameters<typeof trafficTo>): Traffic => {
  const traffic = trafficTo(definition, addresses, { clientRules, ...options })
  opened.push(traffic.close)
  return traffic
}

/** Answers entities, with the number of calls in a header. */
const counting =
  (maxAge: number): Upstream['answer'] =>
  ({ response, body, count }: Received) => {
    response.setHeader('cache-control', `max-age=${maxAge}`)
    response.setHeader('x-stock', `call ${count}`)
    response.setHeader('x-other', 'of nobody')
    const { variables } = JSON.parse(body) as { variables?: { r: unknown[] } }
    return { data: variables ? { _entities: variables.r } : { count } }
  }

const cities = (ids: readonly number[]): RequestBody =>
  entityBody(
    '{"query":"query($r:[_Any!]!){_entities(representations:$r){... on City{id}}}","variables":{"r":[',
    ids.map((id) => `{"__typename":"City","id":"${id}"}`),
    ']}}',
  )

/** The headers that a client gets for these calls together. */
async function told(traffic: Traffic, ...bodies: readonly (string | RequestBody)[]) {
  const heard = clientRules?.open()
  const context = { hear: heard?.hear }
  await Promise.all(bodies.map((body) => traffic.send(callOf('s', body, context))))
  const headers = new Map<string, string>()
  const cookies: string[] = []
  heard?.write(headers, cookies)
  return { headers: Object.fromEntries(headers), cookies }
}

const stock = (value: string) => ({ headers: { 'x-stock': value }, cookies: [] })

test('A kept answer keeps the headers that clients get', async () => {
  const service = await upstream(counting(60))
  const traffic = to(stateless('s'), [service.url])
  for (let caller = 0; caller < 2; caller += 1) expect(await told(traffic, '{"query":"{a}"}')).toEqual(stock('call 1'))
  expect(service.bodies).toHaveLength(1)
})

test('Each caller who shares a call gets its headers, once', async () => {
  const service = await upstream(counting(0))
  const traffic = to(stateless('s'), [service.url])
  const body = '{"query":"{a}"}'
  expect(await Promise.all([told(traffic, body), told(traffic, body, body)])).toEqual([
    stock('call 1'),
    stock('call 1'),
  ])
  expect(service.bodies).toHaveLength(1)
})

test('Entities keep the headers of their answers, and headers of one answer count once', async () => {
  const service = await upstream(counting(60))
  const traffic = to(stateless('s'), [service.url])
  expect(await told(traffic, cities([1, 2]))).toEqual(stock('call 1'))
  expect(await told(traffic, cities([1, 2]))).toEqual(stock('call 1'))
  expect(await told(traffic, cities([3, 1, 2, 4]))).toEqual(stock('call 1, call 2'))
  expect(await told(traffic, cities([4, 1]))).toEqual(stock('call 2, call 1'))
  expect(service.bodies).toHaveLength(2)
})

test('An answer cached under other rules is fetched again', async () => {
  const service = await upstream(counting(60))
  const store = createMemoryStore(1_000_000)
  await told(to(stateless('s'), [service.url], { store, clientRules: rulesFor('x-other') }), '{"query":"{a}"}')
  expect(await told(to(stateless('s'), [service.url], { store }), '{"query":"{a}"}')).toEqual(stock('call 2'))
})

test('An answer to a call with other constant headers is not used', async () => {
  const service = await upstream(counting(60))
  const store = createMemoryStore(1_000_000)
  const withMarket = (value: string): Traffic =>
    to(stateless('s', { headers: [{ insert: 'x-market', value }] }), [service.url], { store })
  for (const body of ['{"query":"{a}"}', cities([1])]) {
    const [before, german] = [service.bodies.length, withMarket('de')]
    await told(german, body)
    await told(german, body)
    await told(withMarket('de'), body)
    expect(service.bodies.length).toBe(before + 1)
    await told(withMarket('fr'), body)
    await told(to(stateless('s'), [service.url], { store }), body)
    expect(service.bodies.length).toBe(before + 3)
  }
})

test('After a retry the client gets the headers of the answer that is used', async () => {
  let hangs = false
  let hanging = ''
  const names = ['one', 'other']
  const services = await Promise.all(
    names.map((name) =>
      upstream(({ response }) => {
        if (hangs) {
          hangs = false
          hanging = name
          return undefined
        }
        response.setHeader('x-stock', name)
        return { data: {} }
      }),
    ),
  )
  const traffic = to(
    stateless('s', { coalescing: false, sharedCache: false }),
    services.map(({ url }) => url),
  )
  for (let call = 0; call < 64; call += 1) await told(traffic, '{"query":"{a}"}')
  hangs = true
  const { headers } = await told(traffic, '{"query":"{a}"}')
  expect(headers['x-stock']).toBe(names.find((name) => name !== hanging))
  expect(hanging).not.toBe('')
})

test('Cookies of a shared answer reach no client, and those of a stateful service reach its caller', async () => {
  const service = await upstream(({ response }) => {
    response.setHeader('set-cookie', ['a=1', 'b=2'])
    return { data: {} }
  })
  expect((await told(to(stateless('s'), [service.url]), '{"query":"{a}"}')).cookies).toEqual([])
  expect((await told(to(stateful('s'), [service.url]), '{"query":"{a}"}')).cookies).toEqual(['a=1', 'b=2'])
})

test('One request for several calls of a stateful service passes its headers on once', async () => {
  const service = await upstream(({ response }) => {
    response.setHeader('x-stock', 'call')
    return { data: { _0: [null], _1: [null] } }
  })
  const question: Question = { operationName: 'Q', definitions: [], selection: '{id}', variables: {} }
  const heard = clientRules?.open()
  const { context } = callOf('s', '', { hear: heard?.hear })
  const traffic = to(stateful('s'), [service.url])
  const send = (id: number) => traffic.send({ ...callOf('s', { ...cities([id]), question }), context })
  await Promise.all([send(1), send(2)])
  const headers = new Map<string, string>()
  heard?.write(headers, [])
  expect([service.bodies.length, headers.get('x-stock')]).toEqual([1, 'call'])
})
