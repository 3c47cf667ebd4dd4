import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ask, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type Shop, startShop } from '../../support/shop.ts'

let shop: Shop
let gateway: TestGateway
beforeAll(async () => {
  shop = await startShop()
  gateway = await startTestGateway({ services: shop.services })
})
afterAll(async () => {
  await gateway.stop()
  await shop.close()
})

/** Doubles with every level: 25 levels of 777 bytes are 33 million fields. */
const bomb = (levels: number): string =>
  [
    'query { ...F0 }',
    ...Array.from({ length: levels }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`),
    `fragment F${levels} on Query { __typename }`,
  ].join(' ')

const repeat = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, n) => make(n)).join(' ')

/** Two spreads a level below one field: validation would compare the pairs of pairs of pairs. */
const conflicts = (levels: number): string =>
  `{ ${repeat(1, () => '')} ${Array.from({ length: levels }).reduce<string>((inner) => `order(id: "1") { ${inner} } order(id: "1") { ${inner} }`, 'id')} }`

describe('documents made to hurt are refused before anything expensive reads them', () => {
  test.each<[string, string]>([
    ['a fragment bomb', bomb(25)],
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
  ])('%s', async (_what, query) => {
    expect(verdict(await ask(gateway.url, query))).toBe('400 OPERATION_TOO_COMPLEX')
    expect(verdict(await ask(gateway.url, query))).toBe('400 OPERATION_TOO_COMPLEX')
  })

  test('a list of a million by variable', async () => {
    const query = 'query ($f: Int) { orders(first: $f) { id } }'
    expect(verdict(await ask(gateway.url, { query, variables: { f: 2 } }))).toBe('200 OK')
    expect(verdict(await ask(gateway.url, { query, variables: { f: 1_000_000 } }))).toBe('400 OPERATION_TOO_COMPLEX')
  })

  test('fragments that run in a circle', async () => {
    const query = '{ ...A } fragment A on Query { order(id: 1) { id } ...B } fragment B on Query { ...A }'
    expect(verdict(await ask(gateway.url, query))).toBe('400 GRAPHQL_VALIDATION_FAILED')
  })

  test('while what clients really send passes', async () => {
    const introspection = (await import('graphql')).getIntrospectionQuery()
    expect(verdict(await ask(gateway.url, introspection))).toBe('200 OK')
    expect(verdict(await ask(gateway.url, `{ ${repeat(100, (n) => `a${n}: orders(first: 100) { id }`)} }`))).toBe(
      '200 OK',
    )
  })
})

describe('introspection', () => {
  test('is answered, except in production', async () => {
    const production = await startTestGateway({ services: shop.services, env: { NODE_ENV: 'production' } })
    try {
      expect(verdict(await ask(production.url, '{ __schema { queryType { name } } }'))).toBe(
        '403 OPERATION_NOT_ALLOWED',
      )
      expect((await ask(production.url, '{ __typename }')).data).toEqual({ __typename: 'Query' })
      const misspelt = await ask(production.url, '{ order(id: "1") { nte } }')
      expect(JSON.stringify(misspelt.errors)).not.toContain('note')
    } finally {
      await production.stop()
    }
  })
})
