/**
 * Null for an optional variable, used where null is not allowed: it costs the field that gets it,
 * as it does on the plain schema.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { compare } from './support/compare.ts'
import { type Federation, federate } from './support/federation.ts'
import { servicesOf, type Thing, type Universe } from './support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`

const boxes = `${link}
  input Filter { size: Int! = 1 tags: [Int!] inner: Filter }
  interface Sized { size(by: Int! = 2): Int must(by: Int! = 2): Int! }
  type Box implements Sized @key(fields: "id") { id: ID! size(by: Int! = 2): Int must(by: Int! = 2): Int! }
  type Query {
    a: Int  b(size: Int!): Int  c(size: Int! = 3): Int  d(filter: Filter): Int  e(sizes: [Int!]): Int
    free(size: Int): Int  hard(size: Int!): Int!  sized: Sized  boxes: [Box]
  }
  type Mutation { add(size: Int! = 1): Int  count: Int  box: Box }
`
const prices = `${link}
  type Query { other(size: Int! = 3): Int }
  type Box @key(fields: "id") { id: ID! price(by: Int! = 3): Int }
`

function createWorld() {
  const given = (args: object): number => JSON.stringify(args).length
  const box: Thing = { __typename: 'Box', id: '1', size: given, must: given, price: given }
  let count = 0
  const add = () => ++count
  return {
    Query: {
      ...{ a: 1, b: given, c: given, d: given, e: given, free: given, hard: given, other: given },
      ...{ sized: box, boxes: [box, null, box] },
    } as Thing,
    Mutation: { add, count: () => count, box } as Thing,
    entities: [box],
  }
}

const universe: Universe = { name: 'boxes', services: { boxes, prices }, createWorld }

let federation: Federation
beforeAll(async () => {
  federation = await federate(servicesOf(universe))
})
afterAll(() => federation.close())

test.each([
  'query ($v: Int = 2) { a b(size: $v) }',
  'query ($v: Int) { a c(size: $v) }',
  'query ($v: Int = null) { a c(size: $v) }',
  'query ($v: Int = 2) { b(size: $v) }',
  'query ($v: Int = 2) { a d(filter: { size: $v }) }',
  'query ($v: Int = 2) { a d(filter: { inner: { tags: [1, $v] } }) }',
  'query ($v: Int = 2) { a e(sizes: [$v]) }',
  'query ($v: Int = 2) { free(size: $v) ...F } fragment F on Query { c(size: $v) x: b(size: $v) hard(size: 1) }',
  'query ($v: Int = 2) { a hard(size: $v) }',
  'query ($v: Int = 2) { sized { size(by: $v) must } boxes { price(by: $v) all: price } other(size: $v) }',
  'query ($v: Int = 2) { a sized { size must(by: $v) } boxes { id must(by: $v) } }',
  'query ($v: Int = 2) { a c(size: $v) @skip(if: true) }',
  'query ($v: String = "Box") { a __type(name: $v) { name } }',
  'mutation ($v: Int = 2) { one: add two: add(size: $v) count box { id price(by: $v) } }',
])('Null costs the fields that get it, and no others: %s', async (query) => {
  for (const variables of [{ v: null }, {}])
    expect(await compare(universe, federation, { query, variables })).toEqual({ valid: true, difference: '' })
})

test('The error names the variable, and no service is asked for the field', async () => {
  federation.calls.length = 0
  const { errors } = await federation.ask(
    'query ($v: Int = 2) { boxes { id price(by: $v) } }',
    { v: null },
    createWorld(),
  )
  expect(errors.map(({ path, message, extensions }) => [path?.join('.'), message, extensions['code']])).toEqual(
    [0, 2].map((index) => [
      `boxes.${index}.price`,
      'Variable "$v" must not be null: it stands where null is not allowed.',
      'BAD_USER_INPUT',
    ]),
  )
  expect(federation.calls.map(({ query }) => query)).toEqual(['{boxes{id}}'])
})
