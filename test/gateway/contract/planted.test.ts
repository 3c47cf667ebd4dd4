/** Planted changes get the verdict that a person would give. */
import { describe, expect, test } from '@jest/globals'
import { type FragmentDefinitionNode, OperationTypeNode, parse, Source } from 'graphql'
import { operationsOf } from '../../../gateway/contract/sources/operation-files.ts'
import { checkPlanted, reviews, services, shop, written } from './small-graph.ts'

type Row = readonly [
  change: string,
  service: 'shop' | 'reviews',
  from: string,
  to: string,
  level: 'breaking' | 'dangerous' | 'safe',
  code: string,
  verdict: 'fails' | 'noted' | 'passes',
  /** Operations and services that it affects. */
  affected: readonly string[],
]

const ofPublicSchema: readonly Row[] = [
  [
    'a field that is asked for goes',
    'shop',
    '  name: String!\n  price',
    '  price',
    'breaking',
    'FIELD_REMOVED',
    'fails',
    ['Page'],
  ],
  [
    'a field that nobody asks for goes',
    'reviews',
    '  stars: Float @override(from: "shop")\n',
    '',
    'breaking',
    'FIELD_REMOVED',
    'noted',
    [],
  ],
  [
    'a field may be null now',
    'reviews',
    'text: String!',
    'text: String',
    'breaking',
    'FIELD_TYPE_CHANGED',
    'fails',
    ['Page'],
  ],
  [
    'a field is never null now',
    'reviews',
    'shipping: Int ',
    'shipping: Int! ',
    'safe',
    'FIELD_TYPE_CHANGED',
    'passes',
    [],
  ],
  [
    'a field is added',
    'shop',
    '  color: Color\n',
    '  color: Color\n  brand: String\n',
    'safe',
    'FIELD_ADDED',
    'passes',
    [],
  ],
  [
    'a required argument is added',
    'reviews',
    'reviews(first: Int = 5)',
    'reviews(first: Int = 5, by: ID!)',
    'breaking',
    'FIELD_ARGUMENT_ADDED',
    'fails',
    ['Page'],
  ],
  [
    'an argument that nobody gives goes',
    'shop',
    ', note: String)',
    ')',
    'breaking',
    'FIELD_ARGUMENT_REMOVED',
    'noted',
    [],
  ],
  [
    'an argument that is given goes',
    'shop',
    'products(first: Int = 10): [Product!]! @listSize(slicingArguments: ["first"])',
    'products: [Product!]!',
    'breaking',
    'FIELD_ARGUMENT_REMOVED',
    'fails',
    ['Admin'],
  ],
  [
    'a default changes that is relied on',
    'shop',
    'currency: String = "EUR"',
    'currency: String = "USD"',
    'dangerous',
    'FIELD_ARGUMENT_DEFAULT_CHANGED',
    'noted',
    ['Page'],
  ],
  [
    'a default changes that all replace',
    'shop',
    'products(first: Int = 10)',
    'products(first: Int = 20)',
    'dangerous',
    'FIELD_ARGUMENT_DEFAULT_CHANGED',
    'noted',
    [],
  ],
  [
    'a default of an input field changes that a variable may leave out',
    'shop',
    'limit: Int = 10',
    'limit: Int = 20',
    'dangerous',
    'INPUT_FIELD_DEFAULT_VALUE_CHANGED',
    'noted',
    ['Search'],
  ],
  [
    'an argument is added',
    'reviews',
    'reviews(first: Int = 5)',
    'reviews(first: Int = 5, by: ID)',
    'safe',
    'FIELD_ARGUMENT_ADDED',
    'passes',
    [],
  ],
  [
    'an argument is added that has a default',
    'reviews',
    'reviews(first: Int = 5)',
    'reviews(first: Int = 5, oldest: Boolean! = true)',
    'dangerous',
    'FIELD_ARGUMENT_ADDED',
    'noted',
    ['Page'],
  ],
  [
    'a given argument is required now, and its variable was',
    'shop',
    'first: Int = 10)',
    'first: Int! = 10)',
    'breaking',
    'FIELD_ARGUMENT_TYPE_CHANGED',
    'noted',
    [],
  ],
  [
    'a required input field is added',
    'shop',
    'gift: Boolean',
    'gift: Boolean address: String!',
    'breaking',
    'INPUT_FIELD_ADDED',
    'fails',
    ['Buy'],
  ],
  [
    'an input field is added',
    'shop',
    'gift: Boolean',
    'gift: Boolean address: String',
    'safe',
    'INPUT_FIELD_ADDED',
    'passes',
    [],
  ],
  [
    'an input field goes that may be given',
    'shop',
    ' gift: Boolean',
    '',
    'breaking',
    'INPUT_FIELD_REMOVED',
    'fails',
    ['Buy'],
  ],
  [
    'an enum value that may be read goes',
    'shop',
    'RED GREEN BLUE',
    'RED GREEN',
    'breaking',
    'ENUM_VALUE_REMOVED',
    'fails',
    ['Page'],
  ],
  [
    'an enum value that may be given goes',
    'shop',
    'PRICE NAME',
    'PRICE',
    'breaking',
    'ENUM_VALUE_REMOVED',
    'fails',
    ['Search'],
  ],
  [
    'an enum that is read gets a value',
    'shop',
    'OPEN DONE',
    'OPEN DONE LOST',
    'dangerous',
    'ENUM_VALUE_ADDED',
    'noted',
    ['Buy'],
  ],
  [
    'an enum that is only given gets a value',
    'shop',
    'PRICE NAME',
    'PRICE NAME DATE',
    'safe',
    'ENUM_VALUE_ADDED',
    'passes',
    [],
  ],
  [
    'a union gets a member',
    'shop',
    'union Found = Product | Order',
    'union Found = Product | Order | News\ntype News { id: ID! }',
    'dangerous',
    'UNION_MEMBER_ADDED',
    'noted',
    ['Search'],
  ],
  [
    'a new type implements an interface that is read',
    'shop',
    'type Toy ',
    'type Card implements Thing @key(fields: "id") { id: ID! name: String! }\ntype Toy ',
    'dangerous',
    'OBJECT_TYPE_INTERFACE_ADDED',
    'noted',
    ['Things'],
  ],
  [
    'a union loses a member that is asked for',
    'shop',
    'union Found = Product | Order',
    'union Found = Order',
    'breaking',
    'UNION_MEMBER_REMOVED',
    'fails',
    ['Search'],
  ],
  [
    'a union loses a member that nobody names',
    'shop',
    'union Found = Product | Order',
    'union Found = Product',
    'breaking',
    'UNION_MEMBER_REMOVED',
    'noted',
    [],
  ],
  [
    'a field is deprecated',
    'shop',
    'color: Color',
    'color: Color @deprecated(reason: "Grey.")',
    'safe',
    'FIELD_DEPRECATION_ADDED',
    'passes',
    [],
  ],
  [
    'an argument is deprecated',
    'shop',
    'note: String)',
    'note: String @deprecated(reason: "Grey."))',
    'safe',
    'DIRECTIVE_USAGE_ARGUMENT_DEFINITION_ADDED',
    'passes',
    [],
  ],
  [
    'an input field is deprecated',
    'shop',
    'gift: Boolean',
    'gift: Boolean @deprecated(reason: "Grey.")',
    'safe',
    'DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_ADDED',
    'passes',
    [],
  ],
  [
    'what can be done goes altogether',
    'shop',
    'type Mutation {\n  order(input: OrderInput!): Order\n}\n',
    '',
    'breaking',
    'TYPE_REMOVED',
    'fails',
    ['Buy'],
  ],
  [
    'a description changes',
    'shop',
    'type Order {',
    '"What was bought." type Order {',
    'safe',
    'TYPE_DESCRIPTION_ADDED',
    'passes',
    [],
  ],
]

const ofFederation: readonly Row[] = [
  [
    'a key goes that another service uses',
    'shop',
    ' @key(fields: "sku")',
    '',
    'breaking',
    'KEY_REMOVED',
    'fails',
    ['service reviews'],
  ],
  ['a key goes that nobody uses', 'shop', ' @key(fields: "upc")', '', 'breaking', 'KEY_REMOVED', 'noted', []],
  [
    'a key is added',
    'shop',
    '@key(fields: "upc")',
    '@key(fields: "upc") @key(fields: "id upc")',
    'safe',
    'KEY_ADDED',
    'passes',
    [],
  ],
  [
    'a key cannot be asked any more',
    'shop',
    '@key(fields: "sku")',
    '@key(fields: "sku", resolvable: false)',
    'breaking',
    'KEY_NOT_RESOLVABLE',
    'fails',
    ['service reviews'],
  ],
  ['a field may be shared', 'shop', 'size: String', 'size: String @shareable', 'safe', 'SHAREABLE_ADDED', 'passes', []],
  [
    'a field is taken over',
    'reviews',
    '@override(from: "shop")\n',
    '@override(from: "shop")\n  color: Color @override(from: "shop")\n}\nenum Color { RED GREEN BLUE }\ntype Other {\n  a: Int',
    'dangerous',
    'FIELD_MOVED',
    'noted',
    ['Page'],
  ],
  [
    'a share of a field is taken over',
    'reviews',
    'weight: Int @shareable',
    'weight: Int @shareable @override(from: "shop")',
    'dangerous',
    'OVERRIDE_ADDED',
    'noted',
    ['Page'],
  ],
  [
    'another field is required',
    'reviews',
    '@requires(fields: "price")',
    '@requires(fields: "origin")',
    'dangerous',
    'REQUIRES_CHANGED',
    'noted',
    ['Admin'],
  ],
  [
    'no field is required any more',
    'reviews',
    ' @requires(fields: "price")',
    '',
    'safe',
    'REQUIRES_REMOVED',
    'passes',
    [],
  ],
  [
    'a field is no longer provided',
    'reviews',
    ' @provides(fields: "origin")',
    '',
    'safe',
    'PROVIDES_REMOVED',
    'passes',
    [],
  ],
  [
    'a field is answered by another service alone',
    'reviews',
    'weight: Int @shareable',
    'weight: Int @external\n  heavy: Boolean @requires(fields: "weight")',
    'dangerous',
    'EXTERNAL_ADDED',
    'noted',
    ['Page'],
  ],
  [
    'a field that is asked for is hidden',
    'shop',
    'name: String!\n  price',
    'name: String! @inaccessible\n  price',
    'breaking',
    'FIELD_REMOVED',
    'fails',
    ['Page'],
  ],
  ['a hidden field is shown', 'shop', ' @inaccessible', '', 'safe', 'FIELD_ADDED', 'passes', []],
  [
    'a tag is added',
    'shop',
    'color: Color',
    'color: Color @tag(name: "internal")',
    'dangerous',
    'TAG_ADDED',
    'noted',
    [],
  ],
  ['a tag goes', 'shop', ' @tag(name: "public")', '', 'dangerous', 'TAG_REMOVED', 'noted', []],
  [
    'a field needs a token now',
    'shop',
    'products(first: Int = 10): [Product!]!',
    'products(first: Int = 10): [Product!]! @authenticated',
    'breaking',
    'AUTHENTICATED_TIGHTENED',
    'fails',
    ['Admin'],
  ],
  [
    'a field that nobody asks for needs a token now',
    'shop',
    'old: String',
    'old: String @authenticated',
    'breaking',
    'AUTHENTICATED_TIGHTENED',
    'noted',
    [],
  ],
  [
    'a field needs no token any more',
    'shop',
    'admin: String @authenticated',
    'admin: String',
    'dangerous',
    'AUTHENTICATED_LOOSENED',
    'noted',
    [],
  ],
  [
    'one of two scopes is no longer enough',
    'shop',
    '[["shop:read"], ["shop:admin"]]',
    '[["shop:admin"]]',
    'breaking',
    'SCOPES_TIGHTENED',
    'fails',
    ['Admin'],
  ],
  [
    'another scope is enough, too',
    'shop',
    '[["shop:read"], ["shop:admin"]]',
    '[["shop:read"], ["shop:admin"], ["shop:audit"]]',
    'dangerous',
    'SCOPES_LOOSENED',
    'noted',
    [],
  ],
  [
    'a type needs a token that is read through an interface',
    'shop',
    'type Toy implements Thing @key(fields: "id")',
    'type Toy implements Thing @key(fields: "id") @authenticated',
    'breaking',
    'AUTHENTICATED_TIGHTENED',
    'fails',
    ['Things'],
  ],
  [
    'a field may no longer be shared',
    'shop',
    'ships: String @shareable',
    'ships: String',
    'dangerous',
    'SHAREABLE_REMOVED',
    'noted',
    [],
  ],
  [
    'a field is no longer taken over',
    'reviews',
    ' @override(from: "shop")',
    '',
    'dangerous',
    'OVERRIDE_REMOVED',
    'noted',
    [],
  ],
  [
    'a share of requests is taken over',
    'reviews',
    '@override(from: "shop")',
    '@override(from: "shop", label: "percent(5)")',
    'dangerous',
    'OVERRIDE_CHANGED',
    'noted',
    [],
  ],
  [
    'a field needs others now',
    'reviews',
    'stars: Float',
    'stars: Float @requires(fields: "price")',
    'dangerous',
    'REQUIRES_ADDED',
    'noted',
    [],
  ],
  [
    'a field of another service is provided',
    'reviews',
    'worst: Product',
    'worst: Product @provides(fields: "origin")',
    'dangerous',
    'PROVIDES_ADDED',
    'noted',
    [],
  ],
  ['a policy is another', 'shop', '[["staff"]]', '[["board"]]', 'breaking', 'POLICY_TIGHTENED', 'noted', []],
  ['a policy goes', 'shop', ' @policy(policies: [["staff"]])', '', 'dangerous', 'POLICY_LOOSENED', 'noted', []],
  [
    'a field becomes dearer',
    'shop',
    '@cost(weight: 5)',
    '@cost(weight: 50)',
    'dangerous',
    'COST_CHANGED',
    'noted',
    ['Admin'],
  ],
  ['a field becomes cheaper', 'shop', '@cost(weight: 5)', '@cost(weight: 2)', 'safe', 'COST_LOWERED', 'passes', []],
  [
    'a list no longer says how long it is',
    'shop',
    ' @listSize(slicingArguments: ["first"])',
    '',
    'dangerous',
    'LIST_SIZE_REMOVED',
    'noted',
    ['Admin'],
  ],
  [
    'a list says how long it is',
    'reviews',
    ': [Review!]!',
    ': [Review!]! @listSize(assumedSize: 50)',
    'dangerous',
    'LIST_SIZE_ADDED',
    'noted',
    ['Page'],
  ],
]

describe.each([
  ['the public schema', ofPublicSchema],
  ['directives of federation', ofFederation],
])('A planted change of %s', (_what, rows) => {
  test.each(rows)('%s', async (_change, service, from, to, level, code, verdict, affected) => {
    const text = { shop, reviews }[service]
    expect(text).toContain(from)
    const report = await checkPlanted({ [service]: text.replace(from, to) })
    expect(report.faults.filter(({ code }) => code !== 'INVALID')).toEqual([])
    const finding = report.findings.find((one) => one.code === code)
    expect({ found: report.findings.map((one) => one.code), ...finding }).toMatchObject({ code, level, verdict })
    const affectedNames = [
      ...(finding?.dependents ?? []).map((one) => `service ${one.service}`),
      ...(finding?.affected ?? []).map((one) => one.operation),
    ]
    expect(affectedNames).toEqual(affected)
    expect(finding?.place?.file).toBe(`${service}.graphql`)
    expect(report.holds).toBe(verdict !== 'fails')
  })
})

/** Clients that a change affects, by the code of the change. */
async function affectedBy(parts: Parameters<typeof checkPlanted>[0], code: string): Promise<readonly string[]> {
  const { findings } = await checkPlanted(parts)
  const finding = findings.find((one) => one.code === code)
  return finding?.affected.map(({ operation }) => operation ?? '') ?? ['no finding']
}

test('An operation that always gives an argument is not affected by its default, unlike one with an optional variable', async () => {
  const operations = written({
    'variable.graphql': 'query Variable($currency: String) { product(id: 1, currency: $currency) { id } }',
    'default.graphql': 'query Default($currency: String = "CHF") { product(id: 1, currency: $currency) { id } }',
    'required.graphql': 'query Required($currency: String!) { product(id: 1, currency: $currency) { id } }',
    'null.graphql': 'query Null { product(id: 1, currency: null) { id } }',
    'twice.graphql': 'query Twice { product(id: 1) { id } other: product(id: 2, currency: "CHF") { id } }',
    'literal.graphql': 'query Literal { search(filter: { limit: 1 }) { __typename } }',
    'without.graphql': 'query Without { search(filter: { text: "a" }) { __typename } }',
    'inner.graphql': 'query Inner($limit: Int) { search(filter: { limit: $limit }) { __typename } }',
  })
  const currency = { shop: shop.replace('"EUR"', '"USD"'), operations }
  expect(await affectedBy(currency, 'FIELD_ARGUMENT_DEFAULT_CHANGED')).toEqual(['Variable', 'Twice'])
  const limit = { shop: shop.replace('limit: Int = 10', 'limit: Int = 20'), operations }
  expect(await affectedBy(limit, 'INPUT_FIELD_DEFAULT_VALUE_CHANGED')).toEqual(['Without', 'Inner'])
})

const use = { kind: OperationTypeNode.QUERY, client: 'ios', version: '2', requests: 10, last: '2026-11-20' }
const usesOf = (...coordinates: readonly string[]) => new Map(coordinates.map((one) => [one, undefined]))

test('The default of an input field affects recorded use of which some requests left it out', async () => {
  const uses = usesOf('Query.search', 'Query.search(filter:)', 'Filter', 'Filter.limit')
  const recorded = [
    { ...use, operation: 'Some', uses, omits: new Set(['Filter.limit']) },
    { ...use, operation: 'All', uses },
  ]
  const limit = { shop: shop.replace('limit: Int = 10', 'limit: Int = 20'), operations: [], recorded }
  expect(await affectedBy(limit, 'INPUT_FIELD_DEFAULT_VALUE_CHANGED')).toEqual(['Some'])
})

test('A newly required value affects operations that leave it out, unless it has a default', async () => {
  const recorded = [{ ...use, operation: 'Without', uses: usesOf('Query.products', 'Query.search', 'Filter') }]
  const affectedNames = (from: string, to: string, code: string) =>
    affectedBy({ shop: shop.replace(from, to), operations: [], recorded }, code)
  expect(await affectedNames('first: Int = 10', 'first: Int!', 'FIELD_ARGUMENT_TYPE_CHANGED')).toEqual(['Without'])
  expect(await affectedNames('first: Int = 10', 'first: Int! = 10', 'FIELD_ARGUMENT_TYPE_CHANGED')).toEqual([])
  expect(await affectedNames('limit: Int = 10', 'limit: Int!', 'INPUT_FIELD_TYPE_CHANGED')).toEqual(['Without'])
  expect(await affectedNames('limit: Int = 10', 'limit: Int! = 10', 'INPUT_FIELD_TYPE_CHANGED')).toEqual([])
})

test('What an object answers for an interface is read from each of its types', async () => {
  const operations = written({ 'toys.graphql': 'query Toys { things { ... on Toy { rating } } }' })
  const guarded = { reviews: reviews.replace('rating: Int', 'rating: Int @authenticated'), operations }
  expect(await affectedBy(guarded, 'AUTHENTICATED_TIGHTENED')).toEqual(['Toys'])
})

test('A directive that a type has for all of its fields, and then each of them, has not changed', async () => {
  const place = (text: string) => `${text}\ntype Point @shareable { x: Int y: Int }\nextend type Query { point: Point }`
  const each = (text: string) =>
    place(text).replace('@shareable { x: Int y: Int }', '{ x: Int @shareable y: Int @shareable }')
  const changes = async (from: string, to: string) => (await checkPlanted({ shop: to, base: { shop: from } })).findings
  expect(await changes(place(shop), each(shop))).toEqual([])
  expect(await changes(each(shop), place(shop))).toEqual([])
  const one = each(shop).replace('y: Int @shareable', 'y: Int')
  expect(await changes(place(shop), one)).toMatchObject([{ code: 'SHAREABLE_REMOVED', coordinate: 'Point' }])
  expect(await changes(each(shop), one)).toMatchObject([{ code: 'SHAREABLE_REMOVED', coordinate: 'Point.y' }])
})

test('The fields of a directive may be written in another order, and mean the same', async () => {
  const other = reviews.replace('@requires(fields: "price origin")', '@requires(fields: " origin, price ")')
  expect(other).not.toBe(reviews)
  expect((await checkPlanted({ reviews: other })).findings).toEqual([])
})

test('A changed directive of operations is reported at its line', async () => {
  const directive = '\ndirective @upper(locale: String = "en") on FIELD\n'
  const base = { shop: shop + directive, reviews: reviews + directive }
  const operations = written({ 'loud.graphql': 'query Loud {\n  old @upper\n}' })
  const without = { base, shop: base.shop, reviews: base.reviews.replace('(locale: String = "en")', '') }
  const { findings } = await checkPlanted({ ...without, operations })
  const line = (text: string) => text.slice(0, text.indexOf('directive @upper')).split('\n').length
  expect(findings).toMatchObject([
    { coordinate: '@upper(locale:)', place: { line: line(base.shop) }, verdict: 'noted', affected: [] },
  ])
  const gone = await checkPlanted({ base, shop: base.shop, operations })
  expect(gone.findings).toMatchObject([{ coordinate: '@upper', verdict: 'fails', affected: [{ operation: 'Loud' }] }])
})

test('A field that is taken over says from whom, and for which share of requests', async () => {
  const taken = 'weight: Int @shareable\n  size: String @override(from: "shop", label: "percent(5)")'
  const { findings } = await checkPlanted({ reviews: reviews.replace('weight: Int @shareable', taken) })
  expect(findings).toMatchObject([
    {
      code: 'FIELD_MOVED',
      message:
        '`Product.size` is now in reviews by @override(from: "shop", label: "percent(5)"): who answers it changes',
    },
  ])
})

test('A further service that has a type without a key, or an interface, moves no field', async () => {
  const text = `${reviews}
interface Named { title: String }
type Point @shareable { x: Int }
extend type Query { center: Point named: Named }
type Book implements Named { title: String }`
  const point =
    '\ninterface Named { title: String }\ntype Point @shareable { x: Int }\nextend type Query { point: Point }'
  const { findings } = await checkPlanted({ shop: shop + point, reviews: text, base: { reviews: text } })
  expect(findings.map(({ code }) => code)).toEqual(['FIELD_ADDED'])
})

test('Changed directives are reported even if the schemas no longer compose', async () => {
  const { faults, findings, holds } = await checkPlanted({
    shop: shop.replace('sku: String! @shareable', 'sku: String!').replace(' @key(fields: "sku")', ''),
  })
  expect(holds).toBe(false)
  expect(faults).toMatchObject([{ code: 'COMPOSITION' }])
  expect(findings).toMatchObject([
    { code: 'KEY_REMOVED', verdict: 'fails', dependents: [{ service: 'reviews' }] },
    { code: 'SHAREABLE_REMOVED' },
  ])
})

test('A breaking change names the field and the line of the schema, and the line of the operation', async () => {
  const { findings } = await checkPlanted({ shop: shop.replace('  name: String!\n  price', '  price') })
  const [finding] = findings
  const line = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length
  expect(finding).toMatchObject({
    coordinate: 'Product.name',
    place: { file: 'shop.graphql', line: line(shop, 'type Product') },
    affected: [{ operation: 'Page', place: { file: 'page.graphql', line: 4, column: 5 } }],
  })
})

test('An accepted breaking change passes even if it affects clients; another does not', async () => {
  const changed = shop.replace('  name: String!\n  price', '  price').replace('  color: Color\n', '')
  const one = await checkPlanted({ shop: changed, accepted: ['Product.name'] })
  expect([one.holds, one.findings.map(({ coordinate, verdict }) => `${coordinate} ${verdict}`)]).toEqual([
    false,
    expect.arrayContaining(['Product.name accepted', 'Product.color fails']),
  ])
  const both = await checkPlanted({ shop: changed, accepted: ['Product.name', 'Product.color', 'Color'] })
  expect([both.faults, both.holds]).toEqual([[], true])
})

test('An operation is reported once if a fragment of another file uses the removed field', async () => {
  const [fragment] = parse(new Source('fragment Parts on Product {\n  name\n}', 'parts.graphql')).definitions
  const page = parse(new Source('query Page { product(id: 1) { ...Parts } }', 'page.graphql'))
  const operations = operationsOf(page, [fragment as FragmentDefinitionNode])
  const { findings, faults } = await checkPlanted({
    shop: shop.replace('  name: String!\n  price', '  price'),
    operations,
  })
  expect(faults).toEqual([])
  expect(findings[0]?.affected).toMatchObject([{ operation: 'Page', place: { file: 'parts.graphql', line: 2 } }])
})

test('A type that leaves its interface is reported beside composition faults', async () => {
  const { findings, faults } = await checkPlanted({ reviews: reviews.replace(' @interfaceObject', '') })
  expect(faults[0]).toMatchObject({ code: 'COMPOSITION', place: { file: expect.stringMatching(/graphql$/) } })
  expect(findings).toMatchObject([
    { code: 'INTERFACE_OBJECT_REMOVED', level: 'dangerous', coordinate: 'Thing', affected: [{ operation: 'Things' }] },
  ])
})

test('A schema that cannot be read has not gone, and nothing has moved from it', async () => {
  const { findings, faults } = await checkPlanted({ reviews: reviews.replace('type Review {', 'type Review {{') })
  expect(findings).toEqual([])
  expect(faults).toMatchObject([{ code: 'COMPOSITION', place: { file: 'reviews.graphql' } }])
})

test('A fault of a directive is placed where the service has it', async () => {
  const wrong = shop.replace('@cost(weight: 5)', '@cost(wait: 5)')
  const { faults } = await checkPlanted({ shop: wrong })
  expect(faults.map(({ place }) => place?.file)).toEqual(faults.map(() => 'shop.graphql'))
  expect(faults.map(({ place }) => place?.line)).toContain(
    wrong.slice(0, wrong.indexOf('@cost(wait')).split('\n').length,
  )
})

test('Recorded use is named with client, version, requests and the last day', async () => {
  const recorded = [
    {
      operation: 'Catalogue',
      kind: OperationTypeNode.QUERY,
      client: 'android',
      version: '3.1.0',
      requests: 1204,
      last: '2026-11-20',
      uses: new Map([['Product.upc', undefined]]),
    },
  ]
  const changed = shop.replace('  upc: String!\n', '').replace(' @key(fields: "upc")', '')
  const { findings } = await checkPlanted({ shop: changed, recorded, operations: [] })
  expect(findings[0]).toMatchObject({
    coordinate: 'Product.upc',
    verdict: 'fails',
    affected: [{ operation: 'Catalogue', client: 'android', version: '3.1.0', requests: 1204, last: '2026-11-20' }],
  })
})

test('Composition faults are reported with the place of each', async () => {
  const conflict = await checkPlanted({
    reviews: reviews.replace('stars: Float @override(from: "shop")', 'upc: String!'),
  })
  expect(conflict).toMatchObject({ holds: false, findings: [] })
  expect(conflict.faults).toMatchObject([
    { code: 'COMPOSITION', message: expect.stringContaining('INVALID_FIELD_SHARING') },
  ])
  expect(conflict.faults[0]?.place?.file).toBe('reviews.graphql')
  expect(conflict.faults[0]?.message).toMatch(/also shop\.graphql:\d+/)
  const unreachable = await checkPlanted({ reviews: reviews.replace(' @key(fields: "id") @key(fields: "sku")', '') })
  expect(unreachable.faults.length).toBeGreaterThan(0)
  for (const { place } of unreachable.faults) expect(place?.file).toMatch(/\.graphql$/)
})

test('An operation without a name, one that is not valid and one that costs too much are faults at their lines', async () => {
  const texts = {
    'unnamed.graphql': '\n{ dear }',
    'invalid.graphql': 'query Wrong {\n  deer\n}',
    'dear.graphql': 'query Dear {\n  products(first: 1000) { reviews(first: 1000) { text } }\n}',
  }
  const { faults, holds } = await checkPlanted({ operations: written(texts) })
  expect(holds).toBe(false)
  expect(faults).toMatchObject([
    { code: 'UNNAMED', place: { file: 'unnamed.graphql', line: 2 } },
    { code: 'INVALID', place: { file: 'invalid.graphql', line: 2 } },
    { code: 'TOO_DEAR', place: { file: 'dear.graphql', line: 1 } },
  ])
})

test('A deprecated element is listed with its users', async () => {
  const operations = written({ 'late.graphql': 'query Late {\n  old\n}' })
  const { deprecated, holds } = await checkPlanted({ operations })
  expect(deprecated).toMatchObject([
    { coordinate: 'Query.old', reason: 'Use product.', askers: [{ operation: 'Late', place: { line: 2 } }] },
  ])
  expect(holds).toBe(true)
  expect((await checkPlanted({})).deprecated).toMatchObject([{ askers: [] }])
})

test('Nothing changed is no finding', async () => {
  expect(await checkPlanted({})).toMatchObject({ findings: [], faults: [], holds: true })
  expect(services()).toHaveLength(2)
})
