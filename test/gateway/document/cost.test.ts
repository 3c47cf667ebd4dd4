import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { buildSchema, getIntrospectionQuery, parse } from 'graphql'
import { publicSchema } from '../../../gateway/composition/compose.ts'
import { limitCost } from '../../../gateway/document/cost.ts'
import { createDocuments, type Documents } from '../../../gateway/document/documents.ts'
import { readDeclaredCosts } from '../../../gateway/execution/plan/declared-costs.ts'
import { defaultLimits, limitOf } from '../../../gateway/limits/limits.ts'
import { readShippedOperations } from '../../../gateway/operations/shipped.ts'
import { files } from '../../../gateway/supergraph/files.ts'
import fc from '../../support/fast-check.ts'
import { composeAt } from '../../support/gateway.ts'

const documentsOf = (supergraph: string, limits = defaultLimits): Documents => {
  const rules = {
    schema: buildSchema(publicSchema(supergraph)),
    declared: readDeclaredCosts(parse(supergraph, { noLocation: true })),
    limits,
  }
  return createDocuments(rules, [])
}
const costIn = (documents: Documents, query: string, variables = {}): number =>
  documents.get(query).operation(undefined).estimate(variables)

/** A catalogue of books, with the two directives imported in this way. */
const catalogue = (imports: string, weight = 'cost', size = 'listSize', limits = defaultLimits): Documents =>
  documentsOf(
    composeAt([
      {
        name: 'catalogue',
        url: 'http://127.0.0.1:1',
        sdl: `
          extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])
          type Query {
            plain: [Book] first(first: Int): [Book]
            assumed: [Book] @${size}(assumedSize: 40)
            sliced(count: Int, last: Int, dear: Int @${weight}(weight: 9)): [Book]
              @${size}(slicingArguments: ["count", "last"], assumedSize: 12, requireOneSlicingArgument: false)
            page(count: Int = 6): Page @${size}(slicingArguments: ["count"], sizedFields: ["books"])
            none(count: Int = 0): Page @${size}(slicingArguments: ["count"], sizedFields: ["books"])
            shelf(first: Int): Shelf
            both(first: Int, last: Int): Shelf @${size}(slicingArguments: ["first", "last"], assumedSize: 20,
              sizedFields: ["edges"], requireOneSlicingArgument: false)
            heavy: Book @${weight}(weight: 30)
            titles: [String] @${size}(assumedSize: 50) @${weight}(weight: 2)
            refund: Book @${weight}(weight: -1000)
          }
          type Page { books: [Book] others: [Book] }
          type Shelf { edges: [Book] nodes: [Book] more(first: Int): Shelf }
          type Book { title: String index: Index plain: [Book] }
          type Index @${weight}(weight: 5) { size: Int }
        `,
      },
    ]),
    limits,
  )

const expected: readonly (readonly [string, number, object])[] = [
  ['{ plain { title } }', 5, {}],
  ['{ first(first: 7) { title } }', 7, {}],
  ['{ assumed { title } }', 40, {}],
  ['{ none { books { title } others { title } } }', 6, {}],
  ['{ assumed { index { size } } }', 40 * 6, {}],
  ['{ sliced { title } }', 12, {}],
  ['{ sliced(count: 3) { title } }', 3, {}],
  ['{ sliced(count: 3, last: 20) { title } }', 20, {}],
  ['{ sliced(count: 3, dear: 1) { title } }', 12, {}],
  ['query ($count: Int) { sliced(count: $count) { title } }', 2, { count: 2 }],
  ['query ($count: Int) { sliced(count: $count) { title } }', 12, {}],
  ['{ page { books { title } others { title } } }', 1 + 6 + 5, {}],
  ['{ page(count: 100) { books { title } } }', 101, {}],
  ['{ shelf(first: 8) { edges { title } nodes { title } } }', 17, {}],
  ['{ both { edges { title } } }', 21, {}],
  ['{ both(first: 0) { edges { title } } }', 1, {}],
  ['{ both(last: 7) { edges { title } } }', 8, {}],
  ['{ both(first: null, last: 7) { edges { title } } }', 8, {}],
  ['query ($first: Int, $last: Int) { both(first: $first, last: $last) { edges { title } } }', 8, { last: 7 }],
  [
    'query ($first: Int, $last: Int) { both(first: $first, last: $last) { edges { title } } }',
    3,
    { first: 2, last: null },
  ],
  ['query ($first: Int, $last: Int) { both(first: $first, last: $last) { edges { title } } }', 21, {}],
  ['{ heavy { title } }', 30, {}],
  ['{ titles }', 100, {}],
  ['{ assumed { a: title b: title } }', 40 * 3, {}],
  ['{ assumed { __typename a: __typename b: __typename } }', 40 * 3, {}],
  ['{ refund { title } }', 0, {}],
  ['{ nothing { of { this } } }', 0, {}],
]

describe('cost of an operation', () => {
  test.each(expected)('The cost of %s is %d', (query, cost, variables) => {
    expect(costIn(catalogue('"@cost", "@listSize"'), query, variables)).toBe(cost)
  })

  test('The cost directives work under any name they are imported as', () => {
    const renamed = catalogue('{name: "@cost", as: "@weight"}, {name: "@listSize", as: "@length"}', 'weight', 'length')
    const prefixed = catalogue('"@key"', 'federation__cost', 'federation__listSize')
    for (const [query, cost, variables] of expected)
      for (const documents of [renamed, prefixed]) expect(costIn(documents, query, variables)).toBe(cost)
  })

  test('Each list is limited, with any name of its size argument', () => {
    const documents = catalogue('"@cost", "@listSize"')
    expect(() => costIn(documents, '{ sliced(count: 1001) { title } }')).toThrow('asks for more than 1000 items')
    expect(() => costIn(documents, '{ sliced(count: 1, last: 1001) { title } }')).toThrow('more than 1000 items')
  })
})

/** Lists whose arguments are called like sizes, whatever they are. */
const odd = (): Documents =>
  documentsOf(
    composeAt([
      {
        name: 'odd',
        url: 'http://127.0.0.1:1',
        sdl: `
          extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@listSize"])
          scalar Count
          enum Order { ASCENDING }
          input Page { first: Int = 3 }
          type Query {
            text(first: String = "Ann"): [Person] id(last: ID = 900): [Person] float(limit: Float = 1.5): [Person]
            flag(first: Boolean = true): [Person] order(first: Order = ASCENDING): [Person]
            page(first: Page = {first: 4}): [Person] list(limit: [Int] = [2]): [Person]
            int(first: Int = 3): [Person] required(first: Int! = 3): [Person] count(first: Count = 4): [Person]
            odd(first: Count = "many"): [Person] less(first: Int): [Person] @listSize(assumedSize: 7)
            both(first: String, last: Int): [Person]
          }
          type Person { name: String }
        `,
      },
    ]),
  )

describe('size arguments', () => {
  test.each<[string, number, object]>([
    ['{ text { name } }', 5, {}],
    ['{ text(first: "900") { name } }', 5, {}],
    ['query ($v: String) { text(first: $v) { name } }', 5, { v: 900 }],
    ['{ id { name } }', 5, {}],
    ['{ id(last: 800) { name } }', 5, {}],
    ['{ float { name } }', 5, {}],
    ['{ float(limit: 20) { name } }', 5, {}],
    ['{ flag { name } }', 5, {}],
    ['{ order { name } }', 5, {}],
    ['{ order(first: ASCENDING) { name } }', 5, {}],
    ['{ page { name } }', 5, {}],
    ['{ page(first: {first: 900}) { name } }', 5, {}],
    ['query ($v: Page) { page(first: $v) { name } }', 5, { v: { first: 900 } }],
    ['{ list(limit: [800]) { name } }', 5 + 1, {}],
    ['{ int { name } }', 3, {}],
    ['{ int(first: null) { name } }', 3, {}],
    ['{ int(first: -4) { name } }', 0, {}],
    ['{ required(first: 7) { name } }', 7, {}],
    ['query ($v: Int) { int(first: $v) { name } }', 9, { v: 9 }],
    ['query ($v: Int) { int(first: $v) { name } }', 0, { v: -9 }],
    ['query ($v: Int) { int(first: $v) { name } }', 3, { v: '9' }],
    ['query ($v: Int) { int(first: $v) { name } }', 3, { v: 9.5 }],
    ['query ($v: Int) { int(first: $v) { name } }', 3, { v: { valueOf: 9 } }],
    ['query ($v: Int) { int(first: $v) { name } }', 3, { v: [9] }],
    ['query ($v: Int) { int(first: $v) { name } }', 3, {}],
    ['query ($v: Int = 8) { int(first: $v) { name } }', 8, {}],
    ['query ($v: Int = 8) { int(first: $v) { name } }', 3, { v: null }],
    ['query ($v: Int = "8") { int(first: $v) { name } }', 3, {}],
    ['{ count { name } }', 4, {}],
    ['{ count(first: 600) { name } }', 600, {}],
    ['{ odd { name } }', 5, {}],
    ['{ odd(first: "many") { name } }', 5, {}],
    ['{ less { name } }', 7, {}],
    ['{ both(first: "x", last: 6) { name } }', 6, {}],
  ])('Only an integer counts as a size: %s costs %d with %j', (query, cost, variables) => {
    expect(costIn(odd(), query, variables)).toBe(cost)
  })

  test('The cost is finite for any value of a size', () => {
    const documents = odd()
    const names = ['text', 'id', 'float', 'flag', 'order', 'page', 'list', 'int', 'required', 'count', 'odd', 'less']
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, v) => {
        const small = typeof v === 'number' ? v % 1_000 : v
        const query = `query ($v: Int) { ${name}(first: $v, last: $v, limit: $v) { name } }`
        expect(Number.isFinite(costIn(documents, query, { v: small }))).toBe(true)
      }),
    )
  })

  test('The cost is finite even without limits', () => {
    const nested = Array.from({ length: 40 }).reduce<string>((inner) => `plain { ${inner} }`, 'title')
    const unlimited = catalogue('"@cost", "@listSize"', 'cost', 'listSize', {
      ...defaultLimits,
      listSize: Number.POSITIVE_INFINITY,
    })
    for (const size of ['9'.repeat(400), '-5', '0'])
      expect(Number.isFinite(costIn(unlimited, `{ first(first: ${size}) { ${nested} } }`))).toBe(true)
  })
})

/** Arguments that hold lists, wherever they may stand. */
const openShop = (): Documents =>
  documentsOf(
    composeAt([
      {
        name: 'shop',
        url: 'http://127.0.0.1:1',
        sdl: `
          extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost"])
          input Line { sku: ID! tags: [String!] gift: String @cost(weight: 4) }
          input Order { lines: [Line!] @cost(weight: 10) notes: [String] and: [Order!] or: Order }
          type Query {
            ids(ids: [ID!]): Int heavy(ids: [ID!] @cost(weight: 3)): Int grid(cells: [[Int]]): Int
            one(id: ID, name: String): Int list(first: Int, ids: [ID!]): [Item]
          }
          type Item { price(ids: [ID!]): Int }
          type Mutation { order(order: Order): Int }
        `,
      },
    ]),
  )

describe('nodes', () => {
  const NODES = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    interface Node { nodeId: ID! } type Query { two(ids: [ID!]!): [Book] }
    type Book implements Node @key(fields: "id") { id: ID! nodeId: ID! next: Book }`
  let documents: Documents
  beforeAll(() => {
    documents = documentsOf(composeAt([{ name: 'books', sdl: NODES, url: 'http://127.0.0.1:1' }]))
  })

  test.each<[string, number, object]>([
    ['{ node(nodeId: "a") { nodeId } }', 1, {}],
    ['{ nodes(nodeIds: []) { nodeId } }', 0, {}],
    ['{ nodes(nodeIds: ["a", "b", "c"]) { nodeId } }', 3 + 3, {}],
    ['{ nodes(nodeIds: "a") { nodeId } }', 1 + 1, {}],
    ['query ($v: [ID!]!) { nodes(nodeIds: $v) { nodeId } }', 2 + 2, { v: ['a', 'b'] }],
    ['query ($v: [ID!]!) { nodes(nodeIds: $v) { ... on Book { next { id } } } }', 2 * 2 + 2, { v: ['a', 'b'] }],
    ['query ($v: [ID!]! = ["a", "b"]) { nodes(nodeIds: $v) { nodeId } }', 2 + 2, {}],
    ['query ($v: [ID!]!) { nodes(nodeIds: $v) { nodeId } }', 1 + 1, { v: 'a' }],
    ['query ($v: ID!) { nodes(nodeIds: [$v, $v]) { nodeId } }', 2 + 2, { v: 'a' }],
    ['query ($v: [ID!]!) { nodes(nodeIds: $v) { nodeId } }', 100, {}],
    ['{ two(ids: ["a", "b"]) { id } }', 5 + 2, {}],
  ])('%s costs %i: each id, and each node', (query, cost, variables) => {
    expect(costIn(documents, query, variables)).toBe(cost)
  })
})

const line = { sku: '1' }

describe('lists in arguments', () => {
  let documents: Documents
  const shop = (): Documents => documents
  beforeAll(() => {
    documents = openShop()
  })

  test.each<[string, number, object]>([
    ['{ ids }', 0, {}],
    ['{ ids(ids: []) }', 0, {}],
    ['{ ids(ids: null) }', 0, {}],
    ['{ ids(ids: "1") }', 1, {}],
    ['{ ids(ids: ["1", "2", "3"]) }', 3, {}],
    ['query ($v: [ID!]) { ids(ids: $v) }', 3, { v: ['1', '2', '3'] }],
    ['query ($v: [ID!]) { ids(ids: $v) }', 1, { v: '1' }],
    ['query ($v: [ID!]) { ids(ids: $v) }', 0, { v: null }],
    ['query ($v: [ID!]) { ids(ids: $v) }', 0, {}],
    ['query ($v: [ID!] = ["1", "2"]) { ids(ids: $v) }', 2, {}],
    ['query ($v: ID!) { ids(ids: [$v, $v, "1"]) }', 3, { v: '1' }],
    ['query ($v: [ID!]) { a: one ids(ids: $v) heavy(ids: $v) }', 1 + 2 + 6, { v: ['1', '2'] }],
    ['{ heavy(ids: ["1", "2"]) }', 6, {}],
    ['{ grid(cells: [[1, 2], [3]]) }', 5, {}],
    ['query ($v: [[Int]]) { grid(cells: $v) }', 5, { v: [[1, 2], [3]] }],
    ['query ($v: [Int]) { grid(cells: [$v, $v]) }', 2 + 4, { v: [1, 2] }],
    ['{ one(id: "1", name: "x") }', 0, {}],
    ['{ list(first: 2) { price(ids: ["1", "2", "3"]) } }', 2 * (1 + 3), {}],
    ['{ list(first: 2, ids: ["1", "2", "3"]) { price } }', 3 + 2, {}],
    ['{ ...F } fragment F on Query { ids(ids: ["1", "2"]) }', 2, {}],
    ['query ($v: [ID!]) { ...F } fragment F on Query { ids(ids: $v) }', 2, { v: ['1', '2'] }],
    ['mutation { order(order: {lines: [{sku: "1"}, {sku: "2"}]}) }', 100 + 20, {}],
    ['mutation ($v: Order) { order(order: $v) }', 100 + 20, { v: { lines: [line, line] } }],
    ['mutation ($v: [Line!]) { order(order: {lines: $v}) }', 100 + 20, { v: [line, line] }],
    ['mutation ($v: Line!) { order(order: {lines: [$v]}) }', 100 + 10 + 2, { v: { ...line, tags: ['a', 'b'] } }],
    ['mutation ($v: Order) { order(order: $v) }', 100 + 10 + 4, { v: { lines: [{ ...line, gift: 'yes' }] } }],
    ['mutation ($v: Order) { order(order: $v) }', 100 + 2 + 1, { v: { and: [{ notes: ['a'] }, { or: {} }] } }],
    ['mutation ($v: Order) { order(order: $v) }', 100, { v: { unknown: [1, 2, 3], __proto__: [1, 2] } }],
  ])('The values of arguments count: %s costs %d with %j', (query, cost, variables) => {
    // Leaves of the root cost nothing by themselves; a list of items costs its size.
    expect(costIn(shop(), query, variables)).toBe(cost)
  })

  test('Variables are read once, however often they are used and however deep they nest', () => {
    const uses = Array.from({ length: 450 }, (_, n) => `a${n}: ids(ids: $v)`).join(' ')
    let reads = 0
    const v = new Proxy(
      Array.from({ length: 100 }, (_, n) => `${n}`),
      {
        get(target, name) {
          if (name === 'length') reads += 1
          return Reflect.get(target, name)
        },
      },
    )
    expect(costIn(documents, `query ($v: [ID!]) { ${uses} }`, { v })).toBe(450 * 101)
    expect(reads).toBeLessThan(5)
    const deep = Array.from({ length: 100_000 }).reduce<object>((inner) => ({ or: inner }), { notes: ['a'] })
    expect(costIn(documents, 'mutation ($v: Order) { order(order: $v) }', { v: deep })).toBe(101)
  })

  test('The cost is finite for any arguments', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (v) => {
        for (const query of [
          'query ($v: [[Int]]) { grid(cells: $v) }',
          'mutation ($v: Order) { order(order: $v) }',
          'mutation ($v: [Line!]) { order(order: {lines: $v, and: [{lines: $v}]}) }',
        ])
          expect(Number.isFinite(costIn(shop(), query, { v }))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})

describe('nested fragments', () => {
  /** Each level spreads the next one in two fields that ask for sizes of their own. */
  const doubling = (levels: number): string =>
    [
      '{ shelf(first: 1) { ...F0 } }',
      ...Array.from(
        { length: levels },
        (_, n) => `fragment F${n} on Shelf { a: more(first: 2) { ...F${n + 1} } b: more(first: 2) { ...F${n + 1} } }`,
      ),
      `fragment F${levels} on Shelf { edges { title } ...Missing }`,
    ].join(' ')

  test('A fragment is measured once for each set of surroundings', () => {
    // 2 ** 60 expanded fields: only what is linear ends.
    const documents = catalogue('"@cost", "@listSize"')
    expect(costIn(documents, doubling(60))).toBe(1e15)
    expect(costIn(documents, doubling(3))).toBe(1 + 2 + 4 + 8 + 8 * 2)
  })

  test('A fragment costs at each place what its fields cost there', () => {
    const documents = catalogue('"@cost", "@listSize"')
    const query = '{ a: shelf(first: 3) { ...S } b: shelf(first: 4) { ...S } } fragment S on Shelf { edges { title } }'
    expect(costIn(documents, query)).toBe(1 + 3 + 1 + 4)
  })

  test('Fragments in a circle have a cost, and measuring them ends', () => {
    const documents = catalogue('"@cost", "@listSize"')
    expect(costIn(documents, '{ ...A heavy { title } } fragment A on Query { plain { title } ...A }')).toBe(5 + 30)
  })
})

describe('cost of the weather', () => {
  let product: Documents
  beforeAll(async () => {
    product = documentsOf(await readFile(files.supergraph, 'utf8'))
  })

  test.each([
    ['hourly { temperature }', 2 * 24],
    ['hourly(hours: 384) { temperature }', 2 * 384],
    ['daily { temperatureMax }', 2 * 7],
    ['daily(days: 16) { temperatureMax }', 2 * 16],
  ])('The cost of %s grows with the values it returns', (part, cost) => {
    expect(costIn(product, `{ city(id: "1") { weather { ${part} } } }`)).toBe(2 + cost)
  })
})

describe('cost of product operations', () => {
  let product: Documents
  beforeAll(async () => {
    product = documentsOf(await readFile(files.supergraph, 'utf8'))
  })
  const many = (count: number, field: (number: number) => string): string =>
    `{ ${Array.from({ length: count }, (_, number) => field(number)).join(' ')} }`

  test.each([
    [
      'loan quotes',
      `query ($terms: LoanQuoteInput!) ${many(490, (n) => `q${n}: quoteLoan(terms: $terms) { totalInterest { amount } }`)}`,
    ],
    [
      'schedules of loan quotes',
      `query ($terms: LoanQuoteInput!) ${many(100, (n) => `q${n}: quoteLoan(terms: $terms) { schedule { payment { amount } } }`)}`,
    ],
    [
      'schedules of loans',
      '{ loans(first: 100) { edges { node { schedule { payment { amount } interest { amount } } } } } }',
    ],
    ['one text under many names', `{ articles(first: 19) { edges { node ${many(490, (n) => `h${n}: html`)} } } }`],
    ['trees of articles', many(60, (n) => `a${n}: articles(first: 100) { edges { node { ast } } }`)],
    ['searches', many(490, (n) => `s${n}: search(text: "a${n}") { edges { node { id } } }`)],
    [
      'plain figures under many names',
      `{ cities(search: "a", first: 100) { edges { node { weather { hourly(hours: 384) ${many(400, (n) => `t${n}: temperature`)} } } } } }`,
    ],
    [
      'statements',
      `{ me { accounts(first: 100) { edges { node ${many(30, (n) => `s${n}: statement(from: "2025-01-01", to: "2025-12-31") { opening { amount } }`)} } } } }`,
    ],
  ])('Floods of %s are refused', (_name, query) => {
    const cost = costIn(product, query)
    let refusal: unknown
    try {
      limitCost(cost, defaultLimits)
    } catch (error) {
      refusal = error
    }
    expect(limitOf(refusal)).toBe('cost')
  })

  test.each<[string, number, string]>([
    [
      'days',
      300 * 85,
      `{ weather(at: {latitude: 1, longitude: 1}) ${many(300, (n) => `d${n}: on(date: "2000-01-01") { temperatureMax }`)} }`,
    ],
    [
      'sun times',
      300 * 75,
      `{ weather(at: {latitude: 1, longitude: 1}) ${many(300, (n) => `s${n}: sun(on: "2000-01-01") { sunrise }`)} }`,
    ],
    [
      'moons',
      300 * 235,
      `{ weather(at: {latitude: 1, longitude: 1}) ${many(300, (n) => `m${n}: moon(on: "2000-01-01") { phase }`)} }`,
    ],
    [
      'hours',
      20 * 384 * 8,
      many(
        20,
        (n) => `a${n}: weather(at: {latitude: ${n}, longitude: 1}) { hourly(hours: 384) { temperature description } }`,
      ),
    ],
    ['places', 100 * 440, many(100, (n) => `a${n}: weather(at: {latitude: 1, longitude: ${n}}) { timeZone }`)],
    [
      'exchange quotes',
      45 * 1_000,
      `mutation ${many(45, (n) => `a${n}: quoteExchange(input: {sell: "EUR", buy: "USD", amount: "1"}) { id }`)}`,
    ],
    [
      'formatted amounts',
      490 * 30,
      `query ($terms: LoanQuoteInput!) { quoteLoan(terms: $terms) { totalInterest ${many(490, (n) => `f${n}: formatted(locale: "ak-x-${n}")`)} } }`,
    ],
  ])(
    'The cost of %s follows what they take of a service: at least a unit for each 10 µs (%d µs in all)',
    (_name, microseconds, query) => {
      const cost = costIn(product, query)
      expect(cost).toBeGreaterThanOrEqual(microseconds / 10)
      expect(cost).toBeLessThan(microseconds / 3)
    },
  )

  test('Each transfer of a batch is charged', () => {
    const query = 'mutation ($input: TransferBatchInput!) { transferBatch(input: $input) { __typename } }'
    const transfers = (count: number) => ({ input: { transfers: Array.from({ length: count }, () => ({})) } })
    expect(costIn(product, query, transfers(1_000)) - costIn(product, query, transfers(0))).toBe(10_000)
  })

  test('The operations of the README and the playground cost far less than the limit', async () => {
    const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')
    const [, main = ''] = /```graphql\n(\{\n {2}me .+?)```/s.exec(readme) ?? []
    const shipped = await readShippedOperations()
    const costs = [{ document: main, variables: {} }, ...shipped].map(({ document, variables }) =>
      costIn(product, document, variables),
    )
    expect(costs.length).toBeGreaterThan(5)
    for (const cost of costs) expect(cost).toBeGreaterThan(0)
    expect(Math.max(...costs)).toBeLessThan(defaultLimits.cost / 50)
  })
})

test('Introspection costs its share, in fragments, too', () => {
  const documents = catalogue('"@cost", "@listSize"')
  const twice = '{ a: __schema { types { name } } ...More } fragment More on Query { __schema { types { name } } }'
  expect(costIn(documents, twice)).toBe(60_000)
  expect(costIn(documents, '{ __type(name: "Book") { name } __typename }')).toBe(200)
})

describe('cost of introspection', () => {
  const documents = catalogue('"@cost", "@listSize"')
  const repeated = (count: number, of: (number: number) => string): string =>
    Array.from({ length: count }, (_, number) => `a${number}: ${of(number)}`).join(' ')

  test('The standard introspection query costs 30,000 on any schema', async () => {
    const product = documentsOf(await readFile(files.supergraph, 'utf8'))
    for (const each of [documents, product]) expect(costIn(each, getIntrospectionQuery({ oneOf: true }))).toBe(30_000)
  })

  test.each<[string, string]>([
    ['lists under many names', `{ __schema { types { ${repeated(400, () => 'fields { name }')} } } }`],
    [
      'lists below lists',
      `{ __schema { types { ${repeated(9, () => `fields { type { ofType { ${repeated(9, () => 'fields { name }')} } } }`)} } } }`,
    ],
    [
      'lists of one type',
      `{ __type(name: "Query") { ${repeated(20, () => `fields { type { ${repeated(20, () => 'fields { name }')} } }`)} } }`,
    ],
    ['texts', `{ __schema { types { fields { ${repeated(400, () => 'description')} } } } }`],
    [
      'lists in fragments',
      `{ __schema { types { ${Array.from({ length: 400 }, (_, n) => `...F${n}`).join(' ')} } } } ${Array.from({ length: 400 }, (_, n) => `fragment F${n} on __Type { a${n}: fields { name } }`).join(' ')}`,
    ],
    [
      'wrapped types',
      `{ __schema { types { fields { ${repeated(60, () => 'type { ofType { ofType { name kind } name kind } name kind }')} } } } }`,
    ],
  ])('Introspection costs more with %s', (_name, query) => {
    expect(costIn(documents, query)).toBeGreaterThan(defaultLimits.cost)
  })

  test('A fragment of introspection is measured once', () => {
    const levels = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on __Type { a: ofType { ...F${n + 1} } b: ofType { ...F${n + 1} } }`,
    )
    const query = `{ __type(name: "Book") { ...F0 } } ${levels.join(' ')} fragment F60 on __Type { name ...F0 }`
    expect(Number.isFinite(costIn(documents, query))).toBe(true)
  })
})

test.each([
  ['{ plain { ...@defer { title } } }', 5 + 5 * 5],
  ['{ plain { ...F @defer } } fragment F on Book { title }', 5 + 5 * 5],
  ['{ first(first: 100) { ...@defer { title } ...@defer(if: true) { index { size } } } }', 100 + 100 * (5 + 5 + 5)],
  ['query ($if: Boolean) { plain { ...@defer(if: $if) { title } } }', 5 + 5 * 5],
  ['{ plain { ...@defer(if: false) { title } } ... @include(if: true) { heavy { title } } }', 5 + 30],
])('Each deferred fragment costs 5 for each object: %s costs %i', (query, cost) => {
  expect(costIn(catalogue('"@cost", "@listSize"'), query)).toBe(cost)
})

test.each([
  'mutation { a: order b: order c: order }',
  'mutation { ... { a: order b: order } ...F } fragment F on Mutation { c: order }',
  'mutation { ...F } fragment F on Mutation { a: order ...G } fragment G on Mutation { ... on Mutation { b: order c: order } }',
])('Each root field of a mutation costs 100 more, wherever it stands: %s', (query) => {
  expect(costIn(openShop(), query)).toBe(3 * 100 + 3)
})

describe('costs behind interfaces and unions', () => {
  const media = documentsOf(
    composeAt([
      {
        name: 'media',
        url: 'http://127.0.0.1:1',
        sdl: `
          extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
          type Query { one: Media any: Any all: [Media] bare: Bare cheap: Cheap wrapped: Wrapped }
          interface Media { text: String maker: Maker similar: [Media] search(first: Int, by: Int): [Maker] page(count: Int): Page }
          union Any = Book | Maker
          type Book implements Media @cost(weight: 40) {
            text: String @cost(weight: 70) maker: Maker @cost(weight: 60) similar: [Media] @listSize(assumedSize: 90)
            search(first: Int, by: Int @cost(weight: 30)): [Maker]
            page(count: Int): Page @listSize(slicingArguments: ["count"], sizedFields: ["items"])
          }
          type Film implements Media {
            text: String @cost(weight: 2) maker: Maker similar: [Media] @listSize(assumedSize: 9)
            search(first: Int, by: Int @cost(weight: 20)): [Maker] page(count: Int): Page
          }
          type Page { items: [Maker] }
          type Maker { name: String }
          interface Bare { maker: Maker text: String } type BareOne implements Bare { maker: Maker text: String }
          interface Cheap { maker: Maker text: String }
          type CheapOne implements Cheap @cost(weight: 0) { maker: Maker @cost(weight: 0) text: String @cost(weight: 0) }
          interface Wrapped { dear: Dear } type WrappedOne implements Wrapped { dear: Dear }
          union Dear = Dearest | Maker
          type Dearest @cost(weight: 80) { name: String }
        `,
      },
    ]),
  )

  test.each([
    ['{ one { __typename } }', 40],
    ['{ any { __typename } }', 40],
    ['{ all { __typename } }', 5 * 40],
    ['{ one { text } }', 40 + 70],
    ['{ one { a: text } }', 40 + 70],
    ['{ one { maker { name } } }', 40 + 60],
    ['{ one { ... on Media { ...F } } } fragment F on Media { maker { name } }', 40 + 60],
    ['{ one { ... on Film { text } } }', 40 + 2],
    ['{ one { similar { __typename } } }', 40 + 90 * 40],
    ['{ one { search(first: 7) { name } } }', 40 + 7],
    ['{ one { search(first: 7, by: 1) { name } } }', 40 + 30 + 7],
    ['{ one { page(count: 300) { items { name } } } }', 40 + 1 + 300],
    ['{ bare { maker { name } a: text } }', 1 + 1 + 1],
    ['{ cheap { maker { name } a: text } }', 0],
    ['{ wrapped { dear { __typename } } }', 1 + 80],
  ])('%s costs %i, the most that its object types say', (query, cost) => {
    expect(costIn(media, query)).toBe(cost)
  })
})

test('A single name counts as a list of one, as other composers write it', () => {
  const sdl = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@listSize"])
    type Query { page(count: Int): Page @listSize(slicingArguments: ["count"], sizedFields: ["items"]) }
    type Page { items: [Item] }
    type Item { name: String }`
  const supergraph = composeAt([{ name: 'one', url: 'http://127.0.0.1:1', sdl }])
  const single = supergraph.replace('["count"]', '"count"').replace('["items"]', '"items"')
  expect(single).not.toMatch(/"count"\]|"items"\]/)
  for (const text of [supergraph, single])
    expect(costIn(documentsOf(text), '{ page(count: 300) { items { name } } }')).toBe(1 + 300)
})
