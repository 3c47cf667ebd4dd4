import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ask, startTestGateway, verdict } from '../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../support/shop-gateway.ts'

let gateway: ShopGateway
beforeAll(async () => {
  gateway = await startShopGateway()
})
afterAll(() => gateway.stop())

/** Doubles with every level: 25 levels of 777 bytes are 33 million fields. */
const bomb = (levels: number, end = '__typename'): string =>
  [
    'query { ...F0 }',
    ...Array.from({ length: levels }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`),
    `fragment F${levels} on Query { ${end} }`,
  ].join(' ')

const repeat = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, n) => make(n)).join(' ')

/** Two spreads a level below one field: validation would compare the pairs of pairs of pairs. */
const conflicts = (levels: number): string =>
  `{ ${repeat(1, () => '')} ${Array.from({ length: levels }).reduce<string>((inner) => `order(id: "1") { ${inner} } order(id: "1") { ${inner} }`, 'id')} }`

describe('hostile documents', () => {
  test.each<[string, string]>([
    ['a fragment bomb', bomb(25)],
    ['a fragment bomb whose end is missing', bomb(25, '...Missing')],
    ['a fragment bomb that selects no field', bomb(25, '... { ...Missing }')],
    ['a fragment bomb that nobody spreads', `{ whoAmI } ${bomb(25, '...Missing').slice('query { ...F0 }'.length)}`],
    [
      'operations that all spread one large fragment',
      `${repeat(40, (n) => `query Q${n} { ...F }`)} fragment F on Query { ${repeat(200, (n) => `f${n}`)} }`,
    ],
    [
      'a fragment whose long arguments multiply',
      `{ ${repeat(200, (n) => `a${n}: order(id: 1) { ...F }`)} } fragment F on Order { note(style: "${'x'.repeat(5_000)}") }`,
    ],
    ['60 operations', repeat(60, (n) => `query Q${n} { whoAmI }`)],
    ['600 fragments', `{ whoAmI } ${repeat(600, (n) => `fragment F${n} on Query { whoAmI }`)}`],
    ['600 definitions of types', repeat(600, (n) => `scalar S${n}`)],
    ['4,900 directives', `{ whoAmI ${repeat(4_900, () => '@a')} }`],
    ['4,900 directives of an operation', `query ${repeat(4_900, () => '@a')} { whoAmI }`],
    ['4,900 directives of a variable', `query ($a: Int ${repeat(4_900, () => '@a')}) { whoAmI }`],
    ['4,900 directives of a type', `{ whoAmI } type A ${repeat(4_900, () => '@a')} { a: Int }`],
    [
      '500 fragments with different fields in one set',
      `{ ${repeat(500, (n) => `...F${n}`)} } ${repeat(500, (n) => `fragment F${n} on Query { a${n}: __typename }`)}`,
    ],
    ['3,000 spreads of missing fragments', `{ ${repeat(3_000, (n) => `...F${n}`)} }`],
    ['fields with arguments in one place', `{ ${repeat(300, () => 'order(id: "1", a: 1, b: 2) { id }')} }`],
    ['a long list in one argument, many times', `{ ${repeat(150, () => `whoAmI(a: [${repeat(50, () => '1')}])`)} }`],
    ['an object in one argument, many times', `{ ${repeat(150, () => `whoAmI(a: {${repeat(15, () => 'b: 1')}})`)} }`],
    [
      'lists in lists in one argument, many times',
      `{ ${repeat(150, () => `whoAmI(a: ${'['.repeat(30)}1${']'.repeat(30)})`)} }`,
    ],
    ['a long text in one argument, many times', `{ ${repeat(150, () => `whoAmI(a: "${'x'.repeat(800)}")`)} }`],
    ['half a megabyte of comments', `${'#\n'.repeat(250_000)}{ whoAmI }`],
    ['a megabyte of commas', `${','.repeat(900_000)}{ whoAmI }`],
    ['half a megabyte of one block string', `{ order(id: """${'x\n'.repeat(250_000)}""") { id } }`],
    ['a megabyte of one name', `{ ${'x'.repeat(900_000)} }`],
    ['200 kB in few letters', `{ order(id: "${'é'.repeat(100_000)}") { id } }`],
    ['a hundred levels of values', `{ order(id: ${'['.repeat(100)}1${']'.repeat(100)}) { id } }`],
    ['a hundred levels of a type', `query ($a: ${'['.repeat(100)}Int${']'.repeat(100)}) { whoAmI }`],
    ['10,000 aliases', `{ ${repeat(10_000, (n) => `a${n}: whoAmI`)} }`],
    ['1,000 aliases', `{ ${repeat(1_000, (n) => `a${n}: whoAmI`)} }`],
    ['too many tokens', `{ ${repeat(10_001, () => 'whoAmI')} }`],
    ['the same field thousands of times', `{ ${repeat(3_000, () => 'whoAmI')} }`],
    ['fields whose pairs multiply', conflicts(11)],
    ['thousands of levels of fields', `${'{ order '.repeat(4_000)} { id } ${'}'.repeat(4_000)}`],
    ['thousands of levels of fragments', `{ ${'... { '.repeat(2_000)} whoAmI ${'}'.repeat(2_000)} }`],
    ['thousands of levels of values', `{ order(id: ${'['.repeat(4_500)}1${']'.repeat(4_500)}) { id } }`],
    [
      'a chain of fragments',
      `{ ...F0 } ${repeat(200, (n) => `fragment F${n} on Query { ...F${n + 1} }`)} fragment F200 on Query { whoAmI }`,
    ],
    ['a list of a million', '{ orders(first: 1000000) { id } }'],
    ['a list of a million by default', 'query ($f: Int = 1000000) { orders(first: $f) { id } }'],
    ['lists in lists', `{ ${repeat(400, (n) => `a${n}: items(first: 900) { id }`)} }`],
  ])('A hostile document is refused before it is executed: %s', async (_what, query) => {
    expect(verdict(await ask(gateway.url, query))).toBe('400 OPERATION_TOO_COMPLEX')
    expect(verdict(await ask(gateway.url, query))).toBe('400 OPERATION_TOO_COMPLEX')
  })

  test('A list of a million by variable is refused', async () => {
    const query = 'query ($f: Int) { orders(first: $f) { id } }'
    expect(verdict(await ask(gateway.url, { query, variables: { f: 2 } }))).toBe('200 OK')
    expect(verdict(await ask(gateway.url, { query, variables: { f: 1_000_000 } }))).toBe('400 OPERATION_TOO_COMPLEX')
  })

  test('Fragments in a circle are refused', async () => {
    const query = '{ ...A } fragment A on Query { order(id: 1) { id } ...B } fragment B on Query { ...A }'
    const answer = await ask(gateway.url, query)
    expect(verdict(answer)).toBe('400 GRAPHQL_VALIDATION_FAILED')
    expect(answer.errors?.[0]?.message).toBe('The fragment "A" spreads itself.')
  })

  test('Documents of ordinary clients pass', async () => {
    const introspection = (await import('graphql')).getIntrospectionQuery()
    expect(verdict(await ask(gateway.url, introspection))).toBe('200 OK')
    expect(verdict(await ask(gateway.url, `{ ${repeat(100, (n) => `a${n}: orders(first: 100) { id }`)} }`))).toBe(
      '200 OK',
    )
  })
})

describe('refused document', () => {
  test('A refused document is charged by its length until the budget is used up; a valid one is not', async () => {
    const poor = await startTestGateway({ services: gateway.shop.services, limits: { costPerMinute: 20_000 } })
    try {
      for (let n = 0; n < 40; n += 1)
        expect(verdict(await ask(poor.url, `{ __typename } # ${n} ${'x'.repeat(1_000)}`))).toBe('200 OK')
      const refused = ['{ nothing }', '{ whoAmI', bomb(20), `# ${'x'.repeat(4_000)}\n{ nothing }`]
      const met = new Set<string>()
      for (let n = 0; n < 16; n += 1) met.add(verdict(await ask(poor.url, refused[n % refused.length] ?? '')))
      expect(met).toEqual(
        new Set([
          '400 GRAPHQL_VALIDATION_FAILED',
          '400 GRAPHQL_PARSE_FAILED',
          '400 OPERATION_TOO_COMPLEX',
          '429 BUDGET_EXHAUSTED',
        ]),
      )
      const { errors, headers } = await ask(poor.url, '{ whoAmI # not read before\n }')
      expect(errors?.[0]?.extensions['code']).toBe('BUDGET_EXHAUSTED')
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(verdict(await ask(poor.url, `{ __typename } # 0 ${'x'.repeat(1_000)}`))).toBe('429 BUDGET_EXHAUSTED')
    } finally {
      await poor.stop()
    }
  })

  test('A refusal lists the first mistakes, each with its place', async () => {
    const query = `${'\n'.repeat(20_000)}{\n${repeat(2_000, (n) => `nothing${n}\n`)}}`
    const { errors = [] } = await ask(gateway.url, query)
    expect(errors.length).toBe(11)
    expect(errors.slice(0, 3)).toMatchObject(
      [0, 1, 2].map((n) => ({
        message: `Cannot query field "nothing${n}" on type "Query".`,
        locations: [{ line: 20_002 + n, column: n === 0 ? 1 : 2 }],
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      })),
    )
    expect(errors[10]?.message).toMatch('Too many validation errors')
  })
})

test('Introspection is answered, except in production', async () => {
  const production = await startTestGateway({ services: gateway.shop.services, env: { NODE_ENV: 'production' } })
  try {
    expect(verdict(await ask(production.url, '{ __schema { queryType { name } } }'))).toBe('403 OPERATION_NOT_ALLOWED')
    expect((await ask(production.url, '{ __typename }')).data).toEqual({ __typename: 'Query' })
    const misspelt = await ask(production.url, '{ order(id: "1") { nte } }')
    expect(JSON.stringify(misspelt.errors)).not.toContain('note')
  } finally {
    await production.stop()
  }
})
