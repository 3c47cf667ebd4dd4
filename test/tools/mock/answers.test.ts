/** Answers of a mock without a gateway: types, pages, identities, and effects of mutations. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  type ExecutionResult,
  execute,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isNonNullType,
  parse,
  printSchema,
  subscribe,
} from 'graphql'
import { readErrors } from '../../../tools/mock/faults/faults.ts'
import { createWorld } from '../../../tools/mock/resolve/create-world.ts'
import { addResolvers } from '../../../tools/mock/resolve/resolve.ts'
import { readSource } from '../../../tools/mock/schema/source.ts'

const SUPERGRAPH = readFileSync(new URL('../../../gateway/supergraph.graphql', import.meta.url), 'utf8')

function mockOf(text: string, { seed = 1, errors = '' } = {}) {
  const source = readSource(text, 'test.graphql')
  addResolvers(createWorld(source, { seed, tick: 1, examples: new Map(), known: new Map() }))
  const contextValue = { faults: { ...readErrors(errors), delays: [] }, request: 1 }
  const run = async (query: string, variableValues = {}): Promise<ExecutionResult> =>
    execute({ schema: source.schema, document: parse(query), variableValues, contextValue })
  const ask = async (query: string, variables = {}) => {
    const { data, errors } = await run(query, variables)
    expect(errors).toBeUndefined()
    // biome-ignore lint/suspicious/noExplicitAny: data of an answer
    return JSON.parse(JSON.stringify(data)) as any
  }
  return { schema: source.schema, run, ask }
}

const product = mockOf(SUPERGRAPH)

/** Every field of a type that needs no argument, down to a depth. */
function everything(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type)
  if (!isCompositeType(named)) return ''
  if (isAbstractType(named))
    return `{ __typename ${product.schema
      .getPossibleTypes(named)
      .map((each) => `... on ${each.name} ${everything(each, depth)}`)
      .join(' ')} }`
  const fields = Object.values((named as GraphQLObjectType).getFields())
    .filter(({ args }) => !args.some(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined))
    .filter(({ type }) => depth > 0 || !isCompositeType(getNamedType(type)))
    .map(({ name, type }) => `${named.name}_${name}: ${name} ${everything(type, depth - 1)}`)
  return `{ __typename ${fields.join(' ')} }`
}

describe('types', () => {
  const roots = Object.values(product.schema.getQueryType()?.getFields() ?? {})
  const arguments_: Readonly<Record<string, string>> = {
    weather: '(at: { latitude: 1, longitude: 2 })',
    search: '(text: "x")',
    article: '(slug: "x")',
    asset: '(path: "x")',
    quoteLoan:
      '(terms: { principal: "1000", currency: "EUR", annualRate: "5", instalments: 12, method: ANNUITY, firstDueOn: "2026-07-01" })',
  }
  const askable = roots.filter(({ name, args }) => args.every(({ type }) => !isNonNullType(type)) || arguments_[name])

  test.each(askable.map(({ name, type }) => [name, type] as const))(
    'Every field below %s has a value of its type',
    async (name, type) => {
      const query = `{ ${name}${arguments_[name] ?? ''} ${everything(type, 4)} }`
      const { errors } = await product.run(name === 'quoteLoan' ? '{ __typename }' : query)
      expect(errors).toBeUndefined()
    },
  )

  test('Custom scalars have the format of their description', async () => {
    const { account, city } = await product.ask(`{
      account(id: "1") { number currency balance { available { amount currency formatted } } entries(first: 3) { edges { node { at: __typename } } } }
      city(id: "1") { timeZone weather { daily(days: 3) { date } hourly(hours: 30) { time } } } }`)
    expect(account.number).toMatch(/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/)
    expect(account.currency).toBe('EUR')
    expect(account.balance.available.amount).toMatch(/^-?\d+$/)
    expect(account.balance.available.formatted).toBe(
      new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(
        account.balance.available.amount / 100,
      ),
    )
    expect(Intl.supportedValuesOf('timeZone')).toContain(city.timeZone)
    expect(city.weather.daily.map(({ date }: { date: string }) => date)).toEqual([
      '2026-06-01',
      '2026-06-02',
      '2026-06-03',
    ])
    expect(city.weather.hourly.length).toBe(30)
  })

  test('The same seed gives the same answer, and another seed another', async () => {
    const query = '{ me { name email accounts(first: 3) { edges { node { id name number } } } } }'
    expect(await mockOf(SUPERGRAPH).ask(query)).toEqual(await product.ask(query))
    expect(await mockOf(SUPERGRAPH, { seed: 2 }).ask(query)).not.toEqual(await product.ask(query))
  })
})

describe('lists', () => {
  interface Node {
    readonly node: { readonly id: string }
  }
  const PAGE = `query ($first: Int, $after: String) {
    cities(search: "a", first: $first, after: $after) { edges { cursor node { id name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`

  test.each([1, 3, 7, 100])('Pages of %i list the same nodes once, in the same order', async (first) => {
    const whole = (await product.ask(PAGE, { first: 1000 })).cities
    expect(new Set(whole.edges.map(({ node }: Node) => node.id)).size).toBe(whole.edges.length)
    const edges: unknown[] = []
    for (let after: string | null = null, more = true; more; ) {
      const { cities } = await product.ask(PAGE, { first, after })
      expect(cities.pageInfo.hasPreviousPage).toBe(after !== null)
      edges.push(...cities.edges)
      more = cities.pageInfo.hasNextPage
      after = cities.pageInfo.endCursor
    }
    expect(edges).toEqual(whole.edges)
  })

  test('Pages from the end are those from the beginning, the last first', async () => {
    const shop = mockOf(`type Query { items(first: Int, last: Int, after: String, before: String): ItemConnection! }
      type ItemConnection { edges: [ItemEdge!]! pageInfo: PageInfo! totalCount: Int! } type ItemEdge { cursor: String! node: Item! }
      type Item { id: ID! } type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }`)
    const BACK = `query ($last: Int, $before: String) { items(last: $last, before: $before) {
      totalCount edges { node { id } } pageInfo { hasPreviousPage startCursor } } }`
    const { items: whole } = await shop.ask('{ items(first: 1000) { totalCount edges { node { id } } } }')
    expect(whole.totalCount).toBe(whole.edges.length)
    const edges: unknown[] = []
    for (let before: string | null = null, more = true; more; ) {
      const { items } = await shop.ask(BACK, { last: 4, before })
      edges.unshift(...items.edges)
      more = items.pageInfo.hasPreviousPage
      before = items.pageInfo.startCursor
    }
    expect(edges).toEqual(whole.edges)
  })

  test('A page of size 0 is empty, and an invalid cursor is refused', async () => {
    expect((await product.ask(PAGE, { first: 0 })).cities.edges).toEqual([])
    for (const variables of [{ after: 'nonsense' }, { first: -1 }]) {
      const { errors } = await product.run(PAGE, variables)
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    }
  })
})

describe('identity', () => {
  test('An object is the same by its id as in any list and below any other', async () => {
    const FIELDS = 'id name country population elevation timeZone latitude'
    const { cities, me } = await product.ask(`{ cities(search: "a", first: 5) { edges { node { ${FIELDS} } } }
      me { accounts(first: 5) { edges { node { branch { city { ${FIELDS} } } } } } } }`)
    const met = [
      ...cities.edges.map(({ node }: { node: { id: string } }) => node),
      ...me.accounts.edges.flatMap(
        (edge: { node: { branch: { city: object | null } | null } }) => edge.node.branch?.city ?? [],
      ),
    ]
    expect(met.length).toBeGreaterThan(5)
    for (const city of met)
      expect((await product.ask(`query ($id: ID!) { city(id: $id) { ${FIELDS} } }`, { id: city.id })).city).toEqual(
        city,
      )
  })

  test('An object is found by any field that tells it apart', async () => {
    const { articles } = await product.ask('{ articles(first: 3) { edges { node { id slug title } } } }')
    for (const { node } of articles.edges)
      expect(
        (await product.ask('query ($slug: String!) { article(slug: $slug) { id slug title } }', { slug: node.slug }))
          .article,
      ).toEqual(node)
    expect((await product.ask('{ article(slug: "of-my-own") { slug } }')).article).toEqual({ slug: 'of-my-own' })
  })

  test('Nodes are found by ids that name their type', async () => {
    const shop =
      mockOf(`interface Node { id: ID! } type Query { node(id: ID!): Node nodes(ids: [ID!]!): [Node]! item(id: ID!): Item cats: [Cat!]! }
      type Item implements Node { id: ID! name: String } type Cat implements Node { id: ID! name: String }`)
    const { cats } = await shop.ask('{ cats { __typename id name } }')
    for (const cat of cats)
      expect(
        (await shop.ask('query ($id: ID!) { node(id: $id) { __typename id ... on Cat { name } } }', { id: cat.id }))
          .node,
      ).toEqual(cat)
    const { nodes } = await shop.ask(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Cat { name } } }',
      {
        ids: cats.map(({ id }: { id: string }) => id),
      },
    )
    expect(nodes).toEqual(cats)
    expect((await shop.ask('{ node(id: "nonsense") { id } }')).node).toBeNull()
  })

  test('An id such as `missing` has no object', async () => {
    expect(await product.ask('{ city(id: "missing") { id } }')).toEqual({ city: null })
  })
})

describe('mutations', () => {
  const TRANSFER = `mutation ($key: ID!) { transfer(input: { idempotencyKey: $key, from: "1", to: "X", amount: "1250", currency: "EUR", reference: "Lunch" }) {
    ... on TransferAccepted { replayed transfer { id reference amount { amount currency formatted } } } ... on Refusal { code } } }`

  test("A mutation's answer repeats the given values, and a retry with the same key gets the same object", async () => {
    const first = (await product.ask(TRANSFER, { key: 'one' })).transfer
    expect(first).toMatchObject({
      replayed: false,
      transfer: { reference: 'Lunch', amount: { amount: '1250', currency: 'EUR', formatted: '€12.50' } },
    })
    expect((await product.ask(TRANSFER, { key: 'one' })).transfer).toEqual({ ...first, replayed: true })
    expect((await product.ask(TRANSFER, { key: 'two' })).transfer.transfer.id).not.toBe(first.transfer.id)
    const READ = 'query ($id: ID!) { transfer(id: $id) { id reference amount { amount currency formatted } } }'
    expect((await product.ask(READ, { id: first.transfer.id })).transfer).toEqual(first.transfer)
  })

  test('Changes by a mutation persist', async () => {
    await product.ask(
      `mutation { renameAccount(input: { idempotencyKey: "1", accountId: "77", name: "Mine" }) { ... on AccountAccepted { account { id } } } }`,
    )
    expect((await product.ask('{ account(id: "77") { name } }')).account.name).toBe('Mine')
  })

  test('A refusal in the schema becomes an answer, and any other code an error', async () => {
    const refusing = mockOf(SUPERGRAPH, { errors: 'transfer=INSUFFICIENT_FUNDS' })
    expect((await refusing.ask(TRANSFER, { key: '1' })).transfer).toEqual({ code: 'INSUFFICIENT_FUNDS' })
    const { errors } = await mockOf(SUPERGRAPH, { errors: 'transfer=TEAPOT' }).run(TRANSFER, { key: '1' })
    expect(errors?.[0]?.extensions['code']).toBe('TEAPOT')
  })
})

describe('schemas of other styles', () => {
  const shop = mockOf(`
    schema { query: Root mutation: Change }
    type Root { matrix: [[Int!]!]! cells: [[Cell!]]! orders(page: Int, pageSize: Int): OrderPage! product(upc: Int!): Product
      products(limit: Int, offset: Int): [Product!]! repository(owner: String!, name: String!): Repository user(id: ID!): User }
    type Change { createUser(input: NewUser!): UserPayload! updateUser(id: ID!, name: String): User addUsers(inputs: [NewUser!]!): [User!]! deleteUser(id: ID!): Boolean! }
    input NewUser @oneOf { login: String name: String }
    type UserPayload { user: User errors: [UserError!]! error: UserError success: Boolean! }
    type UserError { message: String! }
    type User { id: ID! login: String! name: String }
    type Repository { name: String! owner: User! }
    type Product { upc: Int! name: String! reviews: [Review!]! }
    type Review { id: ID! product: Product! }
    type Cell { x: Int! }
    type OrderPage { items: [Order!]! total: Int! page: Int! }
    type Order { id: Int! }`)

  test('A field with a type of nested lists gets nested lists', async () => {
    const { matrix, cells } = await shop.ask('{ matrix cells { x } }')
    for (const row of matrix) expect(row).toEqual(expect.arrayContaining([expect.any(Number)]))
    for (const row of cells) expect(row[0]).toEqual({ x: expect.any(Number) })
  })

  test('Pages by number and by offset list the same items as one large page', async () => {
    const page = async (page: number, pageSize: number) =>
      (
        await shop.ask(
          'query ($page: Int, $pageSize: Int) { orders(page: $page, pageSize: $pageSize) { items { id } total page } }',
          { page, pageSize },
        )
      ).orders
    const whole = await page(1, 1000)
    expect(whole.items.length).toBe(whole.total)
    const pages = await Promise.all([1, 2, 3].map((number) => page(number, 2)))
    expect(pages.flatMap(({ items }) => items)).toEqual(whole.items.slice(0, 6))
    expect(pages.map((each) => each.page)).toEqual([1, 2, 3])
    const LIST = 'query ($limit: Int, $offset: Int) { products(limit: $limit, offset: $offset) { upc } }'
    const all = (await shop.ask(LIST, { limit: 6 })).products
    expect((await shop.ask(LIST, { limit: 2, offset: 3 })).products).toEqual(all.slice(3, 5))
  })

  test('Objects without an id are found by the argument of their root field', async () => {
    const { product } = await shop.ask('{ product(upc: 5) { upc reviews { product { upc name } } } }')
    expect(product.upc).toBe(5)
    const [{ product: other }] = product.reviews
    expect(
      (await shop.ask('query ($upc: Int!) { product(upc: $upc) { upc name } }', { upc: other.upc })).product,
    ).toEqual(other)
    expect((await shop.ask('{ repository(owner: "o", name: "n") { name } }')).repository).toEqual({ name: 'n' })
  })

  test('Payloads report success, and arguments outside of inputs are repeated as well', async () => {
    const created = (
      await shop.ask(
        'mutation { createUser(input: { login: "me" }) { user { id login } errors { message } error { message } success } }',
      )
    ).createUser
    expect(created).toEqual({ user: { id: expect.any(String), login: 'me' }, errors: [], error: null, success: true })
    expect(
      (await shop.ask('mutation { updateUser(id: "9", name: "New") { id name } deleteUser(id: "1") }')).updateUser,
    ).toEqual({ id: '9', name: 'New' })
    expect((await shop.ask('{ user(id: "9") { name } }')).user.name).toBe('New')
    const { addUsers } = await shop.ask('mutation { addUsers(inputs: [{ login: "a" }, { login: "b" }]) { id login } }')
    expect(addUsers.map(({ login }: { login: string }) => login)).toEqual(['a', 'b'])
    for (const user of addUsers)
      expect((await shop.ask('query ($id: ID!) { user(id: $id) { id login } }', { id: user.id })).user).toEqual(user)
  })

  test('A schema with @oneOf becomes a supergraph, although composition does not know the directive', () => {
    expect(
      readSource('type Query { a(b: B): Int } input B @oneOf { c: Int d: Int }', 'x').supergraph('http://127.0.0.1:1'),
    ).toContain('enum join__Graph')
  })
})

test('Deprecated fields answer, and deprecated values are not chosen', async () => {
  const shop = mockOf(
    `enum Colour { RED GREEN @deprecated BLUE @deprecated } type Query { items: [Item!]! } type Item { old: Int! @deprecated colour: Colour! }`,
  )
  const { items } = await shop.ask('{ items { old colour } }')
  expect(new Set(items.map(({ colour }: { colour: string }) => colour))).toEqual(new Set(['RED']))
})

test.each([
  ['me.accounts=A', '{ me { accounts { pageInfo { endCursor } } } }', ['me', 'accounts']],
  ['me.money=A', '{ me { money: accounts { pageInfo { endCursor } } } }', ['me', 'money']],
  ['Customer.accounts=A', '{ me { money: accounts { pageInfo { endCursor } } } }', ['me', 'money']],
  [
    'me.accounts.edges.1.node=A',
    '{ me { accounts(first: 3) { edges { node { id } } } } }',
    ['me', 'accounts', 'edges', 1, 'node'],
  ],
  ['*=A', '{ me { name } }', ['me']],
  ['A', '{ me { name } }', ['me']],
  ['100%', '{ me { name } }', ['me']],
])('The setting %s makes an error at its path', async (errors, query, path) => {
  const { errors: found } = await mockOf(SUPERGRAPH, { errors }).run(query)
  expect(found?.map((error) => error.path)).toEqual([path])
})

test.each(['a=', '=', 'me accounts=A', '200%', 'a=b=c'])('The error setting %j is refused', (text) => {
  expect(() => readErrors(text)).toThrow(/error|rate/)
})

test('An invalid schema is refused with the place of its fault', () => {
  expect(() => readSource('type Query {', 'mine.graphql')).toThrow(/^mine\.graphql:1:13: Syntax Error/)
})

describe('roots with names of their own', () => {
  const plans = mockOf(`
    schema { query: Query mutation: Mutation subscription: Events }
    type Query { plan(id: ID!): Plan }
    type Mutation { createSubscription(input: NewPlan!): Plan! }
    input NewPlan { name: String! }
    type Events { planChanged(after: String): PlanChange! }
    type PlanChange { cursor: String! plan: Plan! }
    type Plan { id: ID! name: String! }
  `)

  test('A mutation whose name has the word Subscription keeps what it made', async () => {
    const { createSubscription } = await plans.ask(
      'mutation { createSubscription(input: { name: "Gold" }) { id name } }',
    )
    const { plan } = await plans.ask('query ($id: ID!) { plan(id: $id) { id name } }', { id: createSubscription.id })
    expect([createSubscription.name, plan]).toEqual(['Gold', createSubscription])
  })

  test("Each event's cursor resumes after that event", async () => {
    const follow = async (after: string | null) => {
      const document = parse('subscription ($after: String) { planChanged(after: $after) { cursor plan { id } } }')
      const contextValue = { faults: { ...readErrors(''), delays: [] }, request: 1 }
      const events = await subscribe({ schema: plans.schema, document, variableValues: { after }, contextValue })
      if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events))
      const two = [await events.next(), await events.next()]
      await events.return()
      return two.map(({ value }) => (value as ExecutionResult).data?.['planChanged'] as { readonly cursor: string })
    }
    const [first, second] = await follow(null)
    expect((await follow(first?.cursor ?? null))[0]).toEqual(second)
  })
})

test("Fields that a service's schema hides from clients are not mocked", () => {
  const { schema } = readSource(
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@inaccessible"])
    type Query { a(x: Int, y: Int @inaccessible): A found: Found hidden: Hidden @inaccessible }
    interface Node @inaccessible { id: ID }
    type A implements Node { id: ID kind: Kind secret: String @inaccessible }
    type Hidden @federation__inaccessible { id: ID }
    extend type Hidden { more: Int }
    union Found = A | Hidden
    enum Kind { SHOWN SECRET @inaccessible }`,
    'x',
  )
  const seen = printSchema(schema)
  expect(seen).toMatch(/a\(x: Int\): A\b[\s\S]*type A \{[\s\S]*union Found = A\n/)
  expect(seen).not.toMatch(/hidden|secret|Node|\by:/i)
})

test('A type that a service extends without defining it is mocked', () => {
  const { schema, keys } = readSource(
    'extend type Query { a: A } extend type Query { b: Int } extend type A @key(fields: "upc") { upc: ID! @external }',
    'x',
  )
  expect(printSchema(schema)).toBe('type Query {\n  a: A\n  b: Int\n}\n\ntype A {\n  upc: ID!\n}')
  expect(keys.get('A')).toBe('upc')
})
