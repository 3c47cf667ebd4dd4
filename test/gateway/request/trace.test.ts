/** Traces of answers, for callers who may ask for them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { type CuttingProxy, startCuttingProxy } from '../../support/cutting-proxy.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts'
import { startSubgraph, type TestSubgraph } from '../../support/subgraph.ts'
import { askTraced, inShort, outcomes } from '../../support/traced.ts'
import { until } from '../../support/until.ts'

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external",
  "@requires", "@inaccessible", "@requiresScopes"])`

const people = {
  sdl: `${LINK}
    type Query { me: Person everybody: [Person!]! reply(text: String): String broken: String refused: String }
    type Person @key(fields: "id tax") {
      id: ID! name: String nick: String inner: String @inaccessible
      tax: String @requiresScopes(scopes: [["tax"]])
      city: City
    }
    type City @key(fields: "id", resolvable: false) { id: ID! }
  `,
  resolvers: {
    Query: {
      me: () => personOf('1'),
      everybody: () => ['1', '2', '3'].map(personOf),
      reply: (_: unknown, { text }: { text: string }) => text,
      broken: () => {
        throw new Error('SELECT * FROM secrets')
      },
      refused: () => {
        throw Object.assign(new Error('Not for you.'), { extensions: { code: 'FORBIDDEN' } })
      },
    },
    Person: { __resolveReference: ({ id }: { id: string }) => personOf(id) },
  },
}
const personOf = (id: string) => ({
  id,
  name: `name ${id}`,
  nick: `nick ${id}`,
  inner: `inner ${id}`,
  tax: `tax ${id}`,
  city: { id: `c${id}` },
})

const places = {
  sdl: `${LINK}
    directive @cacheControl(maxAge: Int) on FIELD_DEFINITION | OBJECT
    type Query { letter: Letter clock: String place: Place }
    type Letter { from: Person to: Person }
    type Person @key(fields: "id tax") {
      id: ID! tax: String inner: String @external
      score: Int @requires(fields: "inner")
    }
    type City @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! name: String size: Int @cacheControl(maxAge: 0) }
    interface Place { title: String }
    type Park implements Place { title: String trees: [[Int]] }
    type Port implements Place { title: String ships: Int }
  `,
  resolvers: {
    Query: {
      letter: () => ({ from: { id: '1', tax: 'tax 1' }, to: { id: '2', tax: 'tax 2' } }),
      clock: async () => {
        await held
        return 'noon'
      },
      place: () => ({ __typename: 'Park', title: 'park', trees: [[1]] }),
    },
    Person: { score: () => 7 },
    City: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `city ${id}`, size: 1 }) },
  },
}
let held = Promise.resolve()

let gateway: TestGateway
let services: readonly TestSubgraph[]
let proxy: CuttingProxy
let identity: IdentityProvider
let operator: Readonly<Record<string, string>>

const signedIn = async (scope: string) => ({ authorization: `Bearer ${await identity.token({ scope })}` })

beforeAll(async () => {
  identity = await startIdentityProvider()
  const [first, second] = await Promise.all([startSubgraph(people), startSubgraph(places)])
  services = [first, second]
  proxy = await startCuttingProxy(second.url)
  gateway = await startTestGateway({
    services: [
      { name: 'people', sdl: people.sdl, url: first.url },
      { name: 'places', sdl: places.sdl, url: proxy.url },
    ],
    env: {
      STATELESS: 'places',
      LIMIT_COST_PER_MINUTE: '100000',
      ...identity.env,
    },
  })
  operator = await signedIn('gateway:trace')
})
afterAll(async () => {
  await gateway?.stop()
  await proxy?.close()
  await Promise.all([...(services ?? []), identity].map((each) => each?.close()))
})

describe('who may ask', () => {
  test.each([
    ['is signed out', async () => ({})],
    ['has other scopes', () => signedIn('gateway:traces trace')],
  ])('A caller who %s is refused a trace with an explanation', async (_name, headers) => {
    const { status, errors, data, trace } = await askTraced(gateway.url, '{ me { name } }', await headers())
    expect({ status, data, trace, error: errors?.[0] }).toMatchObject({
      status: 403,
      error: {
        message: 'A trace is for callers with the scope "gateway:trace" only.',
        extensions: { code: 'FORBIDDEN' },
      },
    })
    expect(data).toBeUndefined()
  })

  test('A trace is given only to callers who ask for it', async () => {
    const answers = [undefined, { trace: false }, { trace: 'true' }].map((extensions) =>
      ask(gateway.url, { query: '{ me { name } }', ...(extensions && { extensions }) }, operator),
    )
    for (const answer of await Promise.all(answers)) expect(verdict(answer)).toBe('200 OK')
  })
})

describe('contents of a trace', () => {
  const QUERY = '{ me { id called: name city { name } } everybody { home: city { name } } }'

  test('A trace has each call with the calls that it waited for and the fields that it gave', async () => {
    const { trace, data, text, cacheControl } = await askTraced(gateway.url, QUERY, operator)
    expect(data.me).toEqual({ id: '1', called: 'name 1', city: { name: 'city c1' } })
    expect(inShort(trace)).toEqual([
      'people  service: me.id me.called me.city everybody[].home',
      'places 0 service: me.city.name everybody[].home.name',
    ])
    const [first, second] = trace.calls
    expect(second).toMatchObject({
      kind: 'stateless',
      entities: { asked: 3, cached: 0 },
      operation: expect.stringContaining('_entities(representations:$representations){...on City{name}}'),
      variables:
        '{"representations":[{"__typename":"City","id":"c1"},{"__typename":"City","id":"c2"},{"__typename":"City","id":"c3"}]}',
      attempts: [{ instance: `${proxy.url}/graphql`, outcome: 'answered', hedge: false }],
      errors: [],
    })
    expect(first?.kind).toBe('stateful')
    expect(second?.start).toBeGreaterThanOrEqual((first?.start ?? 0) + (first?.duration ?? 0))
    expect(trace.duration).toBeGreaterThanOrEqual((second?.start ?? 0) + (second?.duration ?? 0))
    for (const { sent, received } of trace.calls) expect(Math.min(sent, received)).toBeGreaterThan(30)
    expect(trace.bytes).toBe(JSON.stringify(data).length)
    expect(trace.cost).toMatchObject({ estimate: expect.any(Number), actual: 9, budgets: [{ cost: 100000 }] })
    expect(cacheControl).toBe('no-store')
    expect(text).not.toMatch(/bearer|authorization|signature/i)
  })

  test('A trace has no call for what the cache answered, and counts entities', async () => {
    await askTraced(gateway.url, '{ me { city { name } } }', operator)
    const known = (await askTraced(gateway.url, '{ me { city { name } } }', operator)).trace.calls[1]
    expect(known).toMatchObject({
      source: 'cache',
      entities: { asked: 1, cached: 1 },
      attempts: [],
      sent: 0,
      received: 0,
    })
    await gateway.commands.purge(['City:c2'])
    const part = (await askTraced(gateway.url, '{ everybody { city { name } } }', operator)).trace.calls[1]
    expect(part).toMatchObject({ source: 'service', entities: { asked: 3, cached: 2 }, attempts: [{}] })
  })

  test('A trace distinguishes a shared call from one of its own', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    const both = [1, 2].map(() => askTraced(gateway.url, '{ clock }', operator))
    await until(async () =>
      (await gateway.commands.metrics()).includes('tributary_shared_calls_total{service="places"} 1'),
    )
    resolve()
    const sources = (await Promise.all(both)).map(({ trace }) => trace.calls[0]?.source)
    expect(sources.sort()).toEqual(['service', 'shared'])
  })

  test('In a trace, calls that share one request have their own parts of it', async () => {
    const { trace, data } = await askTraced(gateway.url, '{ letter { from { name } to { name nick } } }', operator)
    expect(data).toEqual({ letter: { from: { name: 'name 1' }, to: { name: 'name 2', nick: 'nick 2' } } })
    expect(inShort(trace)).toEqual([
      'places  service: letter.from letter.to',
      'people 0 service: letter.from.name',
      'people 0 service: letter.to.name letter.to.nick',
    ])
    for (const call of trace.calls) {
      expect(outcomes(call)).toEqual(['answered'])
      expect(Math.min(call.sent, call.received)).toBeGreaterThan(30)
    }
  })

  test('A trace has paths of fields below interfaces and lists of lists, too', async () => {
    const query = '{ place { __typename title ... on Park { trees } ... on Port { ships } } }'
    const { trace } = await askTraced(gateway.url, query, operator)
    expect(inShort(trace)).toEqual(['places  service: place.title place.trees[][] place.ships'])
  })

  test('A trace is given over WebSockets too', async () => {
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: operator,
    })
    const { value } = await client.iterate({ query: '{ me { name } }', extensions: { trace: true } }).next()
    expect(value).toMatchObject({ extensions: { trace: { calls: [{ service: 'people', fields: ['me.name'] }] } } })
    await client.dispose()
  })
})

describe('contents that a trace hides', () => {
  test('A trace leaves out values that the public schema hides or that the caller may not see', async () => {
    const query = '{ me { name tax score } }'
    const hidden = await askTraced(gateway.url, query, operator)
    expect(hidden.data).toEqual({ me: { name: 'name 1', tax: null, score: 7 } })
    expect(hidden.trace.calls[1]).toMatchObject({
      fields: ['me.score'],
      variables: '{"representations":[{"__typename":"Person","id":"1","tax":"…","inner":"…"}]}',
    })
    expect(hidden.text).not.toMatch(/tax 1|inner 1/)
    expect(inShort(hidden.trace)[0]).toBe('people  service: me.name')
    const seen = await askTraced(gateway.url, query, await signedIn('gateway:trace tax'))
    expect(seen.trace.calls[1]?.variables).toContain('"tax":"tax 1","inner":"…"')
  })

  test('A trace leaves out a protected value that the operation itself does not select', async () => {
    const { trace, text } = await askTraced(gateway.url, '{ me { name score } }', operator)
    expect(trace.calls[1]?.variables).toContain('"tax":"…"')
    expect(text).not.toContain('tax 1')
  })

  test('A trace cuts long variables', async () => {
    const text = 'x'.repeat(10_000)
    const { trace } = await askTraced(gateway.url, 'query ($t: String) { reply(text: $t) }', operator, { t: text })
    expect(trace.calls[0]?.variables).toMatch(/^\{"t":"x+…$/)
    expect(trace.calls[0]?.variables?.length).toBe(4096)
  })
})

describe('faults', () => {
  test('A trace has errors as clients see them', async () => {
    const { trace, errors } = await askTraced(gateway.url, '{ me { name } broken refused }', operator)
    expect(errors).toHaveLength(2)
    expect(trace.calls[0]?.errors).toEqual([
      { code: 'INTERNAL', message: 'Internal error.' },
      { code: 'FORBIDDEN', message: 'Not for you.' },
    ])
  })

  test('A trace has each attempt of a call with its failure', async () => {
    proxy.cutNext('before the request')
    const { trace } = await askTraced(gateway.url, '{ me { city { size } } }', operator)
    const [, call] = trace.calls
    expect(call && outcomes(call)).toEqual(['failed', 'answered'])
    expect(call?.attempts[0]).toMatchObject({
      instance: `${proxy.url}/graphql`,
      reason: expect.stringContaining('closed'),
    })
    expect(call?.errors).toEqual([])
  })

  test('In a trace a failed call has its error, and the others their answers', async () => {
    proxy.cutNext('before the request', 10)
    const { trace, data } = await askTraced(gateway.url, '{ me { name city { size } } }', operator)
    expect(data).toEqual({ me: { name: 'name 1', city: { size: null } } })
    expect(trace.calls[1]?.errors).toEqual([
      { code: 'SERVICE_UNAVAILABLE', message: 'The service "places" is not available.' },
    ])
    proxy.cutNext('before the request', 0)
  })
})
