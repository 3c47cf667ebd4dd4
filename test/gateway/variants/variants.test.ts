/** Contract variants on their paths: what their clients can request, over each transport. */
import { hash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  buildClientSchema,
  buildSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from 'graphql'
import { createClient as createEvents } from 'graphql-sse'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { readConfig } from '../../../gateway/config/load.ts'
import { DEFER } from '../../../gateway/execution/plan/api-schema.ts'
import { exampleOf, schemaOf } from '../../support/example.ts'
import { newFolder } from '../../support/folder.ts'
import { ask, composeAt, post, startTestGateway, verdict } from '../../support/gateway.ts'
import { startSubgraph } from '../../support/subgraph.ts'
import { until } from '../../support/until.ts'
import { type Bureau, startBureau } from './bureau.ts'

let bureau: Bureau
let open: string
let partner: string
let token: Readonly<Record<string, string>>
beforeAll(async () => {
  bureau = await startBureau()
  const { gateway, identity } = bureau
  open = `${gateway.url}/graphql/public`
  partner = `${gateway.url}/partners`
  token = { authorization: `Bearer ${await identity.token({ scope: 'gateway:trace' })}` }
})
afterAll(() => bureau?.stop())

/** Words that no client of a variant may see anywhere. */
const HIDDEN = /payroll|salary|agent|audit|spy|cover/i

const sorted = (schema: GraphQLSchema): string => printSchema(lexicographicSortSchema(schema))
const schemaAt = async (url: string, headers = {}): Promise<string> =>
  sorted(buildClientSchema((await post(url, getIntrospectionQuery(), headers)).data))

describe('the schema of a variant', () => {
  test('Clients of a variant introspect its schema, and the whole schema is unchanged', async () => {
    const left = `
      type Query { person(id: ID! = "1"): Person parties(kind: Kind): [Party] found(by: By): [Found] }
      interface Party { id: ID! name: String }
      type Person implements Party { id: ID! name: String kind: Kind desk: String }
      union Found = Person
      enum Kind { CLERK }
      input By { name: String }
      type Subscription { written(after: String): Entry! }
      type Entry { text: String! }
    `
    expect(await schemaAt(open)).toBe(sorted(buildSchema(`${DEFER}${left}`)).replace('ID! = "1"', 'ID! = 1'))
    expect(await schemaAt(partner, token)).toContain('floors: Int')
    expect(await schemaAt(partner, token)).not.toMatch(HIDDEN)
    expect(await schemaAt(`${bureau.gateway.url}/graphql`)).toMatch(HIDDEN)
  })

  test.each([
    ['a field', '{ person { salary } }'],
    ['a field by a misspelt name', '{ person { salery } }'],
    ['a root field', '{ payrol { total } }'],
    ['a type in a fragment', '{ parties { ... on Agent { cover } } }'],
    ['an argument', '{ person(audit: true) { id } }'],
    ['a misspelt argument', '{ person(audi: true) { id } }'],
    ['a value', '{ parties(kind: SPY) { id } }'],
    ['a misspelt value', '{ parties(kind: SPYY) { id } }'],
    ['an input field', '{ found(by: { payroll: 1 }) { __typename } }'],
    ['a misspelt input field', '{ found(by: { payrol: 1 }) { __typename } }'],
    ['entities', '{ _entities(representations: []) { __typename } }'],
  ])("A variant's error about %s names nothing hidden", async (_what, query) => {
    const { status, errors = [], data } = await post(open, query)
    expect({ status, data }).toEqual({ status: 400, data: undefined })
    const said = errors.map(({ message }) =>
      message.replaceAll(/"[^"]*"/g, (name) => (query.includes(name.slice(1, -1)) ? '' : name)),
    )
    expect(said.join()).not.toMatch(HIDDEN)
    expect(said.join()).toMatch(/Cannot query|Unknown|does not exist|is not defined/)
  })

  test.each([
    ['a value', 'query ($kind: Kind) { parties(kind: $kind) { id } }', { kind: 'SPY' }],
    ['an input field', 'query ($by: By) { found(by: $by) { __typename } }', { by: { payroll: '1' } }],
  ])('A variable cannot give a variant %s that is hidden', async (_what, query, variables) => {
    const calls = bureau.staff.calls.length
    expect(verdict(await post(open, { query, variables }))).toBe('400 BAD_USER_INPUT')
    expect(bureau.staff.calls).toHaveLength(calls)
  })

  test('A variant does not reveal whether a hidden type exists', async () => {
    const asked = await post(open, '{ hidden: __type(name: "Agent") { name } never: __type(name: "Nothing") { name } }')
    expect(asked.data).toEqual({ hidden: null, never: null })
  })
})

describe('answers', () => {
  test('Services still get the keys and requirements that are hidden from clients', async () => {
    const { data, errors } = await post(open, '{ person { name desk } }')
    expect({ data, errors }).toEqual({
      data: { person: { name: 'name 1', desk: 'desk of p1 for 100' } },
      errors: undefined,
    })
  })

  test('An object of a hidden type is null, with an error that does not name it', async () => {
    const { data, errors } = await post(open, '{ parties { __typename id } found { ... on Person { id } } }')
    expect(data).toEqual({ parties: [{ __typename: 'Person', id: '1' }, null], found: [null, { id: '2' }] })
    expect(errors?.map(({ path, extensions: { code } }) => `${path} ${code}`)).toEqual([
      'parties,1 INTERNAL',
      'found,0 INTERNAL',
    ])
    expect(JSON.stringify(errors)).not.toMatch(HIDDEN)
  })

  test('A hidden enum value is null, with an error that does not name it', async () => {
    const { data, errors } = await post(open, '{ person(id: "2") { id kind } }')
    expect(data).toEqual({ person: { id: '2', kind: null } })
    expect(JSON.stringify(errors)).not.toMatch(HIDDEN)
  })

  test('A trace of a variant names no hidden field', async () => {
    const asked = { query: '{ person { name desk } }', extensions: { trace: true, cost: true } }
    const response = await fetch(open, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...token },
      body: JSON.stringify(asked),
    })
    const text = await response.text()
    expect(JSON.parse(text).extensions.trace.calls.map(({ service }: { service: string }) => service)).toEqual([
      'staff',
      'desks',
    ])
    expect(text.replace('desk of p1', '')).not.toMatch(HIDDEN)
  })

  test('The same text is executed on each path by the schema of that path', async () => {
    const query = '{ person { salary } }'
    const answers = [
      await post(`${bureau.gateway.url}/graphql`, query),
      await post(open, query),
      await post(`${bureau.gateway.url}/graphql`, query),
    ]
    expect(answers.map(verdict)).toEqual(['200 OK', '400 GRAPHQL_VALIDATION_FAILED', '200 OK'])
  })
})

describe('ways to a variant', () => {
  const named = { person: { name: 'name 1' } }

  test('A variant accepts POST and GET, with a trailing slash or without', async () => {
    const query = '{ person { name } }'
    const got = await fetch(`${open}?query=${encodeURIComponent(query)}`, {
      headers: { 'apollo-require-preflight': 'x' },
    })
    expect(await got.json()).toEqual({ data: named })
    expect((await post(`${open}/`, query)).data).toEqual(named)
    // The fast path leaves requests with this header to Node's server.
    expect((await post(open, query, { te: 'trailers' })).data).toEqual(named)
    expect((await post(`${bureau.gateway.url}/graphql/publi`, query)).status).toBe(404)
  })

  test("A variant's clients get events over SSE and WebSocket, without hidden fields", async () => {
    const { journal } = bureau
    const socket = createClient({ url: open.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 })
    const events = createEvents({ url: open, retryAttempts: 0 })
    for (const client of [socket, events]) {
      const refused: unknown[] = []
      client.subscribe(
        { query: 'subscription { written { cursor } }' },
        { next: (value) => refused.push(value), error: (error) => refused.push(error), complete: () => undefined },
      )
      await until(() => refused.length > 0)
      expect(JSON.stringify(refused)).toContain('Cannot query field')
      const got: unknown[] = []
      const leave = client.subscribe(
        { query: 'subscription { written { text } }' },
        { next: (value) => got.push(value), error: (error) => got.push(error), complete: () => undefined },
      )
      await until(() => journal.open > 0)
      journal.write(1)
      await until(() => got.length > 0)
      expect(got).toEqual([{ data: { written: { text: `entry ${journal.length}` } } }])
      leave()
      await until(() => journal.open === 0)
    }
    await socket.dispose()
  })

  test("Batches and multipart streams follow the variant's schema, too", async () => {
    const { journal } = bureau
    const send = (body: unknown, headers = {}) =>
      fetch(open, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    const batch = await (await send([{ query: '{ person { salary } }' }, { query: '{ person { name } }' }])).json()
    expect(batch).toMatchObject([{ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }, { data: named }])
    const stream = await send(
      { query: 'subscription { written { text } }' },
      { accept: 'multipart/mixed;subscriptionSpec=1.0, application/json' },
    )
    await until(() => journal.open > 0)
    journal.write(1)
    const reader = stream.body?.getReader()
    let got = ''
    await until(async () => {
      const { value } = (await reader?.read()) ?? {}
      got += Buffer.from(value ?? []).toString()
      return got.includes(`entry ${journal.length}`)
    })
    await reader?.cancel()
    await until(() => journal.open === 0)
  })

  test('A persisted query is known only where it was sent', async () => {
    const query = '{ person { id name } }'
    const extensions = { persistedQuery: { version: 1, sha256Hash: hash('sha256', query) } }
    expect(verdict(await ask(bureau.gateway.url, { query, extensions }))).toBe('200 OK')
    expect(verdict(await post(open, { extensions }))).toMatch('PERSISTED_QUERY_NOT_FOUND')
    expect(verdict(await post(open, { query, extensions }))).toBe('200 OK')
    expect(verdict(await post(open, { extensions }))).toBe('200 OK')
  })

  test('A variant that requires a token refuses callers without one, over every transport', async () => {
    const query = '{ person { name } }'
    expect(verdict(await post(partner, query))).toBe('401 UNAUTHENTICATED')
    expect((await post(partner, query, token)).data).toEqual(named)
    expect(verdict(await post(open, query))).toBe('200 OK')
    const socket = createClient({ url: partner.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 })
    const said: unknown[] = []
    socket.subscribe(
      { query },
      { next: (one) => said.push(one), error: (one) => said.push(one), complete: () => undefined },
    )
    await until(() => said.length > 0)
    expect(JSON.stringify(said)).toContain('UNAUTHENTICATED')
    await socket.dispose()
  })
})

test('Metrics and the log name the variant; a hidden field is an error, without a log line', async () => {
  const lines = bureau.logged.length
  for (const query of ['{ parties { id } }', '{ person(id: "2") { kind } }', '{ found { __typename } }'])
    expect((await post(open, query)).errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }])
  expect(bureau.logged.slice(lines)).toEqual([])
  bureau.staff.misbehave((_request, response) => {
    response.end('{"data":{"person":{"name":[]}}}')
    return true
  })
  await post(open, '{ person(id: "3") { name } }')
  bureau.staff.misbehave(undefined)
  await until(() => bureau.logged.some((line) => line.includes('"variant":"public"')))
  const metrics = await (await fetch(`${bureau.gateway.adminUrl}/metrics`)).text()
  expect(metrics).toMatch(/tributary_variant_seconds_count\{variant="public"\} [1-9]/)
  expect(metrics).toMatch(/tributary_variant_errors_total\{variant="public"\} [1-9]/)
})

test('A new supergraph serves all variants, or none where one cannot be filtered', async () => {
  const { gateway, services } = bureau
  const [first, ...others] = services as [(typeof services)[0], ...typeof services]
  const changed = (change: (sdl: string) => string) => composeAt([{ ...first, sdl: change(first.sdl) }, ...others])
  await gateway.commands.replaceSupergraph(
    changed((sdl) => sdl.replace('type Query {', 'type Query { more: Int @tag(name: "public")')),
  )
  const query = '{ person { name salary } }'
  expect(verdict(await post(open, query))).toBe('400 GRAPHQL_VALIDATION_FAILED')
  expect(await schemaAt(open)).toContain('more: Int')
  const refused = changed((sdl) =>
    sdl.replace('payroll: Payroll @tag(name: "internal")', 'payroll: Payroll @tag(name: "public")'),
  )
  await expect(gateway.commands.replaceSupergraph(refused)).rejects.toThrow(
    'variants.public: It hides "Payroll", but not "Query.payroll", which has that type.',
  )
  expect((await post(open, '{ person { name } }')).data).toEqual({ person: { name: 'name 1' } })
})

describe('settings', () => {
  test('A variant has the safelist of the gateway unless it has its own, and hooks get its name', async () => {
    const told: (string | undefined)[] = []
    const folder = await newFolder()
    const list = async (name: string, query: string): Promise<string> => {
      await writeFile(join(folder, name), JSON.stringify({ [hash('sha256', query)]: query }))
      return join(folder, name)
    }
    const [all, own] = ['{ person { id } }', '{ person { name } }']
    const { gateway, stop } = await startBureau({
      config: { hooks: { timeout: 1_000, onOperation: ({ variant }) => void told.push(variant) } },
      env: {
        SAFELIST: await list('all.json', all),
        VARIANTS: JSON.stringify({
          like: { exclude: ['internal'] },
          own: {
            exclude: ['internal'],
            introspection: false,
            operations: { safelist: { manifests: [await list('own.json', own)] } },
          },
        }),
      },
    })
    const verdicts = async (path: string) => [
      verdict(await post(`${gateway.url}/graphql${path}`, all)),
      verdict(await post(`${gateway.url}/graphql${path}`, own)),
    ]
    expect(await verdicts('')).toEqual(['200 OK', '403 OPERATION_NOT_ALLOWED'])
    expect(await verdicts('/like')).toEqual(['200 OK', '403 OPERATION_NOT_ALLOWED'])
    expect(await verdicts('/own')).toEqual(['403 OPERATION_NOT_ALLOWED', '200 OK'])
    expect(told).toEqual([undefined, 'like', 'own'])
    await stop()
  })

  test('In production a variant hides its schema, unless the settings say otherwise', async () => {
    const { gateway, stop } = await startBureau({
      env: {
        PRODUCTION: 'on',
        VARIANTS: JSON.stringify({ shut: {}, open: { introspection: true, exclude: ['internal'] } }),
      },
    })
    const said = async (path: string) => {
      const asked = await post(`${gateway.url}${path}`, '{ __schema { queryType { name } } }')
      const misspelt = await post(`${gateway.url}${path}`, '{ floor }')
      return [verdict(asked), misspelt.errors?.[0]?.message]
    }
    const silent = ['403 OPERATION_NOT_ALLOWED', 'Cannot query field "floor" on type "Query".']
    expect(await said('/graphql')).toEqual(silent)
    expect(await said('/graphql/shut')).toEqual(silent)
    expect(await said('/graphql/open')).toEqual([
      '200 OK',
      'Cannot query field "floor" on type "Query". Did you mean "floors"?',
    ])
    await stop()
  })

  test.each([
    [{ a: { path: '/graphql' } }, 'VARIANTS.a.path: is the path of the whole schema'],
    [{ a: { path: '/health/a' } }, 'VARIANTS.a.path: is below a path that the gateway serves itself'],
    [{ a: { path: 'a' } }, 'VARIANTS.a.path: must be a path such as /graphql/partner'],
    [{ a: {}, b: { path: '/graphql/a' } }, 'VARIANTS.b.path: is the path of "a", too'],
    [{ a: { exlude: ['x'] } }, 'VARIANTS.a.exlude: is not a setting; did you mean exclude?'],
    [{ a: { include: ['no tag'] } }, 'VARIANTS.a.include.0: must be names of tags'],
    [{ 'a b': {} }, 'must be a name of letters, digits, - and _'],
    [{ a: { identity: { required: true } } }, 'needs identity.issuers, since tokens are opaque without it'],
    [
      { a: { operations: { safelist: { manifests: ['none.json'] } } } },
      'VARIANTS.a.operations.safelist.manifests: none.json cannot be read (ENOENT)',
    ],
  ])('The variant settings %j are refused at start with an explanation', async (variants, words) => {
    const env = { SUPERGRAPH: bureau.gateway.supergraphFile, VARIANTS: JSON.stringify(variants) }
    await expect(readConfig(env)).rejects.toThrow(words)
  })

  test('A filter that hides too much is refused at start, and an unused tag is logged', async () => {
    const { services } = bureau
    const refused = startTestGateway({ services, env: { VARIANTS: '{"a":{"include":["nothing"]}}' } })
    await expect(refused).rejects.toThrow('variants.a: It hides every field of "Query".')
    const { gateway, logged, stop } = await startBureau({ env: { VARIANTS: '{"a":{"exclude":["internl"]}}' } })
    expect(logged.map((line) => JSON.parse(line))).toContainEqual({
      level: 'warn',
      variant: 'a',
      tag: 'internl',
      message: 'nothing in the supergraph has a tag that a variant names',
    })
    expect(verdict(await post(`${gateway.url}/graphql/a`, '{ floors }'))).toBe('200 OK')
    await stop()
  })
})

test('The example of docs/configuration/variants.md serves each path its part of the schema', async () => {
  const page = 'docs/configuration/variants.md'
  const sdl = await schemaOf(page)
  const product = { id: '1', name: 'lamp', margin: 3 }
  const service = await startSubgraph({
    sdl,
    resolvers: { Query: { product: () => product, orders: () => [{ product }] } },
  })
  const gateway = await startTestGateway({
    services: [{ name: 'shop', sdl, url: service.url }],
    file: (await exampleOf(page)).replace('https://id.example/jwks', bureau.identity.jwksUrl),
  })
  const both = '{ orders { product { name } } }'
  expect((await post(`${gateway.url}/graphql/public`, '{ product(id: 1) { id name } }')).data.product.name).toBe('lamp')
  expect(await schemaAt(`${gateway.url}/graphql/public`)).toBe(
    sorted(buildSchema(`${DEFER} type Query { product(id: ID!): Product } type Product { id: ID! name: String }`)),
  )
  expect(verdict(await post(`${gateway.url}/partners`, both))).toBe('401 UNAUTHENTICATED')
  expect(verdict(await ask(gateway.url, '{ orders { product { margin } } }'))).toBe('200 OK')
  await gateway.stop()
  await service.close()
})
