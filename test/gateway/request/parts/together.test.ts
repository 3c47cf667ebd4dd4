/** `@defer` combined with other features of the gateway. */
import { hash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWsClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Trace } from '../../../../gateway/exchange/trace.ts'
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../../../support/gateway.ts'
import { type IdentityProvider, startIdentityProvider } from '../../../support/identity-provider.ts'
import { startSubgraph, type TestSubgraph } from '../../../support/subgraph.ts'
import { inShort } from '../../../support/traced.ts'
import { allOf, NEW, OLD, type Part, partsOf } from './read-parts.ts'

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@tag", "@requiresScopes"])`

const people = {
  sdl: `${LINK}
    type Query { me: Person }
    type Person @key(fields: "id") {
      id: ID! name: String! pets: [Pet!]! city: City
      salary: String @requiresScopes(scopes: [["pay"]])
    }
    interface Pet { name: String! }
    type Cat implements Pet { name: String! home: City }
    type Dog implements Pet { name: String! bark: String! @requiresScopes(scopes: [["pay"]]) }
    type City @key(fields: "id", resolvable: false) { id: ID! }`,
  resolvers: { Query: { me: () => ANA } },
}
const CITY = { id: 'lisbon' }
const PETS = [
  { __typename: 'Cat', name: 'Tom', home: CITY },
  { __typename: 'Dog', name: 'Rex', bark: 'secret bark' },
]
const ANA = { id: '1', name: 'Ana', pets: PETS, city: CITY, salary: 'secret salary' }

const places = {
  sdl: `${LINK}
    type City @key(fields: "id") {
      id: ID! name: String size: Int
      mayor: String @requiresScopes(scopes: [["pay"]])
      budget: Int @tag(name: "internal")
    }`,
  resolvers: {
    City: { __resolveReference: () => ({ ...CITY, name: 'Lisbon', size: 1, mayor: 'secret mayor', budget: 9 }) },
  },
}

let identity: IdentityProvider
let subgraphs: { readonly people: TestSubgraph; readonly places: TestSubgraph }
let gateway: TestGateway
const start = (options: Partial<TestGatewayOptions> = {}): Promise<TestGateway> =>
  startTestGateway({
    services: Object.entries({ people, places }).map(([name, { sdl }]) => ({
      name,
      sdl,
      url: subgraphs[name as keyof typeof subgraphs].url,
    })),
    env: {
      STATELESS: 'places',
      VARIANTS: JSON.stringify({ open: { exclude: ['internal'] } }),
      ...identity.env,
    },
    ...options,
  })
beforeAll(async () => {
  const [first, second] = await Promise.all([startSubgraph(people), startSubgraph(places)])
  subgraphs = { people: first, places: second }
  identity = await startIdentityProvider()
  gateway = await start()
})
afterEach(() => {
  for (const subgraph of Object.values(subgraphs)) {
    subgraph.misbehave(undefined)
    subgraph.calls.length = 0
  }
})
afterAll(async () => {
  await gateway?.stop()
  await Promise.all([...Object.values(subgraphs ?? {}), identity].map((each) => each?.close()))
})

interface Asked {
  readonly url?: string
  readonly path?: string
  readonly accept?: string
  readonly scope?: string
}

async function post(operation: object, { url = gateway.url, path = '', accept = NEW, scope }: Asked = {}) {
  const authorization = scope === undefined ? {} : { authorization: `Bearer ${await identity.token({ scope })}` }
  return fetch(`${url}/graphql${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...authorization },
    body: JSON.stringify(operation),
  })
}

const query = '{ me { name city { id ... @defer(label: "size") { size } } } }'
const FIRST = { me: { name: 'Ana', city: { id: 'lisbon' } } }
const IN_PARTS = [
  { data: FIRST, pending: [{ id: '0', path: ['me', 'city'], label: 'size' }], hasNext: true },
  { incremental: [{ id: '0', data: { size: 1 } }], completed: [{ id: '0' }], hasNext: false },
]
const WHOLE = { data: { me: { name: 'Ana', city: { id: 'lisbon', size: 1 } } } }

/** Holds every call to the places service until it is released, to succeed or to fail. */
function holdPlaces() {
  const { promise, resolve } = Promise.withResolvers<'answer' | 'die'>()
  subgraphs.places.misbehave(async (request) => {
    if ((await promise) === 'answer') return false
    request.socket.destroy()
    return true
  })
  return resolve
}

function traceOf(parts: readonly Part[]): Trace {
  const { extensions } = parts.at(-1) ?? {}
  return (extensions as Record<'trace', Trace>).trace
}

test('The trace of an answer in parts comes last, and lists the calls of all parts', async () => {
  const traced = { query, extensions: { trace: true } }
  const parts = await allOf(await post(traced, { scope: 'gateway:trace' }))
  expect(parts.slice(0, -1)).toEqual([IN_PARTS[0], { ...IN_PARTS[1], hasNext: true }])
  expect(parts.at(-1)).toEqual({ extensions: { trace: expect.any(Object) }, hasNext: false })
  expect(inShort(traceOf(parts))).toEqual(['people  service: me.name me.city.id', 'places 0 service: me.city.size'])
  expect((await post(traced, { scope: 'other' })).status).toBe(403)
})

test('A variant refuses hidden fields in a deferred fragment too, and its trace shows no requests', async () => {
  const hidden = '{ me { name ... @defer { city { budget } } } }'
  const refused = await (await post({ query: hidden }, { path: '/open', accept: `${NEW},application/json` })).json()
  expect(refused).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] })
  const traced = { query, extensions: { trace: true } }
  const { calls } = traceOf(await allOf(await post(traced, { path: '/open', scope: 'gateway:trace' })))
  expect(calls.map(({ operation, variables }) => [operation, variables])).toEqual([
    ['', undefined],
    ['', undefined],
  ])
})

test('An operation with @defer gets a whole answer over SSE and WebSocket', async () => {
  const url = `${gateway.url}/graphql`
  const clients = [
    createSseClient({ url }),
    createWsClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket }),
  ]
  for (const client of clients) {
    const seen: unknown[] = []
    for await (const result of client.iterate({ query })) seen.push(result)
    expect(seen).toEqual([WHOLE])
    await client.dispose()
  }
})

test('An operation sent by its hash is answered in parts, by POST and GET', async () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash('sha256', query, 'hex') } }
  const unknown = await post({ extensions })
  expect(await unknown.json()).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] })
  expect(await allOf(await post({ query, extensions }))).toEqual(IN_PARTS)
  expect(await allOf(await post({ extensions }))).toEqual(IN_PARTS)
  const search = new URLSearchParams({ extensions: JSON.stringify(extensions) })
  expect(await allOf(await fetch(`${gateway.url}/graphql?${search}`, { headers: { accept: NEW } }))).toEqual(IN_PARTS)
})

const GUARDED = `{ me { name
  ... @defer { salary city { mayor size } }
  pets { name ... on Cat @defer { home { name } } ... on Dog @defer { bark } } } }`

test.each([OLD, NEW])(
  'A field that a caller may not see is requested from no service, and is in no part: %s',
  async (accept) => {
    const text = await (await post({ query: GUARDED }, { accept })).text()
    expect(text).not.toContain('secret')
    expect(
      [...text.matchAll(/"path":(\[[^\]]*\]),"extensions":{"code":"(\w+)"/g)].map(([, path, code]) => [path, code]),
    ).toEqual(
      expect.arrayContaining([
        ['["me","salary"]', 'UNAUTHENTICATED'],
        ['["me","city","mayor"]', 'UNAUTHENTICATED'],
        ['["me","pets",1,"bark"]', 'UNAUTHENTICATED'],
      ]),
    )
    const asked = Object.values(subgraphs).flatMap(({ calls }) => calls.map(({ body }) => body.query))
    expect(asked.join()).toMatch(/size.*name|name.*size/)
    expect(asked.join()).not.toMatch(/salary|mayor|bark/)
    const allowed = await (await post({ query: GUARDED }, { accept, scope: 'pay' })).text()
    for (const secret of ['salary', 'mayor', 'bark']) expect(allowed).toContain(`secret ${secret}`)
  },
)

test('Variables of each request decide what @defer and @include do', async () => {
  const text = `query ($defer: Boolean! = true, $size: Boolean!, $skip: Boolean!) {
    me { name ... @skip(if: $skip) @defer(if: $defer, label: "x") { city { name size @include(if: $size) } } } }`
  const ask = async (variables: object): Promise<readonly unknown[]> => {
    const response = await post({ query: text, variables }, { accept: `${NEW},application/json` })
    if (response.headers.get('content-type')?.includes('json')) return [await response.json()]
    return allOf(await response)
  }
  const me = { name: 'Ana' }
  const deferred = (city: object) => [
    { data: { me }, pending: [{ id: '0', path: ['me'], label: 'x' }], hasNext: true },
    { incremental: [{ id: '0', data: { city } }], completed: [{ id: '0' }], hasNext: false },
  ]
  expect(await ask({ size: true, skip: false })).toEqual(deferred({ name: 'Lisbon', size: 1 }))
  expect(await ask({ size: false, skip: false })).toEqual(deferred({ name: 'Lisbon' }))
  expect(await ask({ size: true, skip: true })).toEqual([{ data: { me } }])
  const whole = { data: { me: { ...me, city: { name: 'Lisbon', size: 1 } } } }
  expect(await ask({ size: true, skip: false, defer: false })).toEqual([whole])
})

test('A service that dies between the parts fails its remaining fields, with an error in each part', async () => {
  const letGo = holdPlaces()
  const deferred = '{ me { name ... @defer { id } ... @defer(label: "city") { city { size } } } }'
  const parts = partsOf(await post({ query: deferred }, { accept: OLD }))
  expect((await parts.next()).value).toEqual({ data: { me: { name: 'Ana' } }, hasNext: true })
  expect((await parts.next()).value).toMatchObject({ incremental: [{ path: ['me'], data: { id: '1' } }] })
  letGo('die')
  const extensions = { code: 'SERVICE_UNAVAILABLE', service: 'places' }
  expect((await parts.next()).value).toMatchObject({
    incremental: [
      { label: 'city', data: { city: { size: null } }, errors: [{ path: ['me', 'city', 'size'], extensions }] },
    ],
    hasNext: false,
  })
  expect((await parts.next()).done).toBe(true)
})

test('A stopping gateway sends the remaining parts of an answer first', async () => {
  const other = await start()
  const letGo = holdPlaces()
  const parts = partsOf(await post({ query }, { url: other.url }))
  expect((await parts.next()).value).toEqual(IN_PARTS[0])
  const stopped = other.stop()
  letGo('answer')
  expect((await parts.next()).value).toEqual(IN_PARTS[1])
  expect((await parts.next()).done).toBe(true)
  await stopped
})

test('The cost of an operation includes its deferred fragments', async () => {
  const other = await start({ limits: { cost: 7 } })
  const ask = async (deferred: string): Promise<unknown> => {
    const response = await post({ query: `{ me { name ... @defer { ${deferred} } } }` }, { url: other.url })
    return response.headers.get('content-type')?.includes('json') ? response.json() : allOf(response)
  }
  expect(await ask('city { id }')).toMatchObject([{ data: { me: { name: 'Ana' } } }, { hasNext: false }])
  expect(await ask('city { id } other: city { id }')).toMatchObject({
    errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }],
  })
  await other.stop()
})
