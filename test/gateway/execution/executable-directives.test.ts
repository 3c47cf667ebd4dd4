/** Directives that all services declare for operations, and that services, not the gateway, run. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { compare } from './support/compare.ts'
import { type Federation, federate } from './support/federation.ts'
import { servicesOf, type Thing, type Universe } from './support/universe.ts'

const head = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @hint(of: Int) on QUERY | MUTATION | FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
  directive @change(of: Int) on MUTATION
  directive @spread(of: Int) on FRAGMENT_SPREAD
`
const cook: Thing = { __typename: 'Cook', id: '1', name: 'Ada', age: 36 }
const world = { Query: { cook }, entities: [cook] }

const kitchen: Universe = {
  name: 'kitchen',
  services: {
    staff: `${head} type Query { cook: Cook }
      type Mutation { hire(count: Int): Int promote: Cook }
      type Cook @key(fields: "id") { id: ID! name: String }`,
    ages: `${head}
      type Cook @key(fields: "id") { id: ID! age: Int! friend: Cook }`,
  },
  createWorld() {
    let hired = 0
    const hire = ({ count }: { readonly count?: number }) => {
      hired += count ?? 1
      return hired
    }
    return { ...world, Mutation: { hire: hire as unknown, promote: { ...cook, friend: cook } } }
  },
}

let federation: Federation
beforeAll(async () => {
  federation = await federate(servicesOf(kitchen))
})
afterAll(() => federation.close())

test.each([
  ['on the second of two fields that are one', '{ cook { id } cook @hint { name } }'],
  ['on the first of them', '{ cook @hint { id age } cook { name } }'],
  ['on both, with different arguments', '{ cook @hint(of: 1) { id } cook @hint(of: 2) { name age } }'],
  [
    'on one of them, in a fragment',
    '{ cook { id } ... @hint { cook @hint { age } } ...F } fragment F on Query { cook { name } }',
  ],
  ['beside a condition', 'query ($n: Int = 1) { cook @include(if: true) @hint(of: $n) { id } cook { age } }'],
  ['with a variable, on the operation', 'query ($n: Int) @hint(of: $n) { cook { id } }'],
  [
    'with a variable and a default, on an operation of two services',
    'query ($n: Int = 2) @hint(of: $n) { cook { age } }',
  ],
  [
    'that may stand at mutations alone, where entities are asked for',
    'mutation ($n: Int) @change(of: $n) { promote { age } }',
  ],
  [
    'that may stand at spreads alone, since services get no named fragments',
    'query ($n: Int) { ...F @spread(of: $n) @hint } fragment F on Query { cook { ...G @spread } } fragment G on Cook { id age }',
  ],
  ['on an operation that asks nothing', 'query ($n: Int) @hint(of: $n) { __typename }'],
])('A directive of the services changes nothing else in the answer: %s', async (_what, query) => {
  expect(await compare(kitchen, federation, { query, variables: { n: 3 } })).toEqual({
    valid: true,
    difference: '',
  })
})

test('A mutation that is selected twice, once with a directive, is carried out once', async () => {
  const query = 'mutation { hire(count: 1) hire(count: 1) @hint promote { id } promote @hint { age } }'
  expect(await compare(kitchen, federation, { query, variables: {} })).toEqual({ valid: true, difference: '' })
  expect(federation.calls.filter(({ query: text }) => text.includes('hire')).length).toBe(1)
})

test('A mutation in a fragment with a directive is carried out once, and in its turn', async () => {
  const query = `mutation { ...F @hint hire(count: 2) ... @hint(of: 1) { ... @hint(of: 2) { promote { id } last: hire } }
    ... @hint { again: hire promote { age } } } fragment F on Mutation { first: hire(count: 3) }`
  expect(await compare(kitchen, federation, { query, variables: {} })).toEqual({ valid: true, difference: '' })
  const sent = federation.calls.map(({ query: text }) => text)
  expect(sent.filter((text) => text.startsWith('mutation'))).toEqual([
    'mutation{...@hint{hire(count:3)}}',
    'mutation{hire_1:hire(count:2)}',
    'mutation{...@hint(of:1){...@hint(of:2){promote{__typename id}}}}',
    'mutation{...@hint(of:1){...@hint(of:2){hire_2:hire}}}',
    'mutation{...@hint{hire_3:hire}}',
  ])
})

test('Services see a directive of one field on the whole field', async () => {
  federation.calls.length = 0
  await federation.askEngine('{ cook { id } cook @hint(of: 1) { name } cook @hint(of: 2) { id } }', {}, world)
  expect(federation.calls.map(({ query }) => query)).toEqual(['{cook@hint(of:1){id name}}'])
})
