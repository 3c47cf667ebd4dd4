import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { readAccessRules } from '../../../../gateway/execution/plan/access-rules.ts'
import { requireImplemented } from '../../../../gateway/execution/plan/features.ts'
import { ask, composeAt, startTestGateway } from '../../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../../support/shop-gateway.ts'

const FEDERATION = 'https://specs.apollo.dev/federation/v2.12'

/** Two services; the first imports these directives and gives these fields. */
const withFeature = (imports: string, fields: string, more = ''): string =>
  composeAt([
    {
      name: 'accounts',
      url: 'http://127.0.0.1:1',
      sdl: `extend schema @link(url: "${FEDERATION}", import: ["@key", "@shareable", ${imports}]) ${more}
        type Query { ${fields} }`,
    },
    { name: 'others', url: 'http://127.0.0.1:2', sdl: 'type Query { other: Int }' },
  ])

const refusalOf = (supergraph: string): string => {
  try {
    requireImplemented(parse(supergraph))
    return 'served'
  } catch (error) {
    return (error as Error).message
  }
}

const needs = (features: string): string => `It needs what this gateway does not implement: ${features}.`

describe('refused features', () => {
  test.each([
    ['"@authenticated"', 'a: Int @authenticated'],
    ['"@requiresScopes"', 'a: Int @requiresScopes(scopes: [["x"]])'],
    ['"@policy"', 'a: Int @policy(policies: [["x"]])'],
  ])('Access rules are served: %s', (imports, fields) => {
    expect(refusalOf(withFeature(imports, fields))).toBe('served')
  })

  test('Connectors are refused by feature and service', () => {
    const connect = '@link(url: "https://specs.apollo.dev/connect/v0.2", import: ["@connect", "@source"])'
    const source = '@source(name: "j", http: {baseURL: "http://127.0.0.1:3"})'
    const fields = 'posts: [P] @connect(source: "j", http: {GET: "/posts"}, selection: "id") } type P { id: ID!'
    expect(refusalOf(withFeature('"@tag"', fields, `${connect} ${source}`))).toBe(needs('"connect" (used by accounts)'))
  })

  test.each([
    ['for EXECUTION', '@link(url: "https://example.com/magic/v1.0", for: EXECUTION)', 'a: Int', '"magic"'],
    ['for SECURITY', '@link(url: "https://example.com/magic/v1.0", for: SECURITY)', 'a: Int', '"magic"'],
    [
      'by another name',
      '@link(url: "https://example.com/magic/v1.0", as: "m", for: SECURITY)',
      'a: Int @join__field(graph: A) @m__cast',
      '"magic" (used by one)',
    ],
    [
      'that looks like one of ours',
      '@link(url: "https://example.com/join/v0.5", as: "j", for: EXECUTION)',
      'a: Int @j',
      '"join" (used by one, two)',
    ],
    ['an older one', '@core(feature: "https://example.com/magic/v0.1", for: SECURITY)', 'a: Int', '"magic"'],
  ])('An unknown required feature is refused: %s', (_what, link, field, features) => {
    const supergraph = `schema ${link} { query: Query }
      enum join__Graph { A @join__graph(name: "one", url: "http://a") B @join__graph(name: "two", url: "http://b") }
      type Query @join__type(graph: A) @join__type(graph: B) { ${field} }`
    expect(refusalOf(supergraph)).toBe(needs(features))
  })

  test.each([
    'type Query { a(b: Int @policy): Int }',
    'type Query { a: Int } input I { b: Int @policy }',
    'type Query { a: Int } union U @policy = Query',
    'type Query { a: E } enum E { A @policy }',
  ])('An access rule where it guards nothing is refused: %s', (types) => {
    const read = () =>
      readAccessRules(parse(`schema @link(url: "https://specs.apollo.dev/policy/v0.1") { query: Query } ${types}`))
    expect(read).toThrow('It has @policy at a place that it does not guard.')
  })

  test('A supergraph with only supported or informative features is accepted', () => {
    const imports = '"@inaccessible", "@tag", "@cost", "@listSize", "@context", "@fromContext"'
    const fields = `a: Int @inaccessible b: [Int] @listSize(assumedSize: 3) c: Int @tag(name: "x") @cost(weight: 3) u: U }
      type U @key(fields: "id") @context(name: "u") { id: ID! n: String d: D }
      type D @key(fields: "id") { id: ID! z(x: String @fromContext(field: "$u { n }")): Int`
    expect(refusalOf(withFeature(imports, fields))).toBe('served')
    expect(
      refusalOf('schema @link(url: "https://example.com/notes/v1.0") { query: Query } type Query { a: Int }'),
    ).toBe('served')
  })
})

describe('gateway', () => {
  let gateway: ShopGateway
  const secured = withFeature('"@authenticated"', 'a: Int @authenticated')
  const unknown = '@link(url: "https://specs.apollo.dev/connect/v0.2", import: ["@connect", "@source"])'
  const source = '@source(name: "j", http: {baseURL: "http://127.0.0.1:3"})'
  beforeAll(async () => {
    gateway = await startShopGateway()
  })
  afterAll(() => gateway.stop())

  test('The gateway does not start on an unsupported supergraph, and says why in one line', async () => {
    const sdl = `extend schema @link(url: "${FEDERATION}", import: ["@key"]) ${unknown} ${source}
      type Query { posts: [P] @connect(source: "j", http: {GET: "/posts"}, selection: "id") } type P { id: ID! }`
    const started = startTestGateway({ services: [{ name: 'vault', url: 'http://127.0.0.1:1', sdl }] })
    await expect(started).rejects.toMatchObject({
      name: 'StartRefused',
      message: `The supergraph cannot be served. ${needs('"connect" (used by vault)')}`,
    })
  })

  test('A reload with an unsupported supergraph is answered with 422, and the old one stays', async () => {
    const refused = await fetch(`${gateway.adminUrl}/supergraph`, { method: 'POST', body: secured })
    expect([refused.status, await refused.json()]).toEqual([
      422,
      { error: 'It says who may see what (@authenticated, @requiresScopes), but no issuer of tokens is set.' },
    ])
    expect((await ask(gateway.url, '{ whoAmI }')).data).toEqual({ whoAmI: 'somebody' })
  })
})
