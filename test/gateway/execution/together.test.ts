import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type AskedAnswer, type Federation, federate, type TestService } from './support/federation.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'

const shelf: TestService = {
  typeDefs: `
    ${LINK}
    type Query { parcels: [Parcel!]! }
    type Mutation { send: Parcel }
    type Parcel { from: Person to: Person maker: Firm lost: Person }
    type Person @key(fields: "id") { id: ID! }
    type Firm @key(fields: "id") { id: ID! }`,
  resolvers: {
    Query: {
      parcels: () => [
        { from: { id: '1' }, to: { id: '2' }, maker: { id: '7' } },
        { from: { id: '1' }, to: null, maker: { id: '8' } },
      ],
    },
    Mutation: { send: () => ({ from: { id: '1' }, maker: { id: '7' } }) },
  },
}
const people: TestService = {
  typeDefs: `
    ${LINK}
    scalar Json
    type Person @key(fields: "id") { id: ID! name: String! greeting(word: String): String notes: Json sick: String }
    type Firm @key(fields: "id") { id: ID! title(word: String): String! notes: Json }`,
  resolvers: {
    Person: {
      name: ({ id }: { id: string }) => `person ${id}`,
      greeting: ({ id }: { id: string }, { word }: { word?: string }) => `${word} ${id}`,
      notes: () => ({ a: [1], _1: [{ _1: '],"_1":[' }] }),
      sick: ({ id }: { id: string }) => (id === '1' ? new Error('The person is sick.') : 'no'),
    },
    Firm: {
      title: ({ id }: { id: string }, { word }: { word?: string }) => `${word} firm ${id}`,
      notes: () => [[[1], { _1: [] }]],
    },
  },
}

let federation: Federation
beforeAll(async () => {
  federation = await federate({ shelf, people })
})
afterAll(() => federation.close())
beforeEach(() => {
  federation.calls.length = 0
  federation.requests.length = 0
  federation.wrong.length = 0
  federation.exact.runs = 0
  federation.isOdd = () => false
  federation.down.clear()
})

const told = ({ errors }: AskedAnswer): string[] => errors.map(({ path, message }) => `${path?.join('.')} ${message}`)

const QUERY = `query Parcels($word: String, $representations0: String, $__proto__: String) {
  parcels {
    from { name }
    to { greeting(word: $word) again: greeting(word: $representations0) }
    maker { title(word: $word) other: title(word: $__proto__) }
  }
}`
const VARIABLES = Object.fromEntries([
  ['word', 'ad\u00e9'],
  ['representations0', 'zero'],
  ['__proto__', 'proto'],
])
const ANSWER = {
  parcels: [
    {
      from: { name: 'person 1' },
      to: { greeting: 'ad\u00e9 2', again: 'zero 2' },
      maker: { title: 'ad\u00e9 firm 7', other: 'proto firm 7' },
    },
    { from: { name: 'person 1' }, to: null, maker: { title: 'ad\u00e9 firm 8', other: 'proto firm 8' } },
  ],
}

test.each([
  ['askEngine', 0],
  ['askExactly', 0],
  ['askEngine', 1],
] as const)('One request asks a service for all entities of a step: %s, %i spaces', async (ask, spaces) => {
  federation.isOdd = () => spaces > 0
  const answer = await federation[ask](QUERY, VARIABLES)
  expect([answer.data, answer.errors, federation.wrong]).toEqual([ANSWER, [], []])
  expect(federation.calls.length).toBe(4)
  expect(federation.requests.length).toBe(2)
  expect(federation.exact.runs).toBe(spaces)
})

test('A step that has entities for one fetch alone makes its own request', async () => {
  await federation.ask('{ parcels { from { name } lost { greeting } } }')
  expect(federation.requests.length).toBe(2)
  expect(federation.requests).toEqual(federation.calls.map(({ text }) => text))
})

test('Values that look like the bounds of a part are read whole', async () => {
  const { data } = await federation.ask('{ parcels { from { notes } to { name notes } maker { notes } } }')
  const notes = { a: [1], _1: [{ _1: '],"_1":[' }] }
  expect(data).toMatchObject({
    parcels: [{ from: { notes }, to: { name: 'person 2', notes }, maker: { notes: [[[1], { _1: [] }]] } }, {}],
  })
  expect(federation.requests.length).toBe(2)
})

test('An error costs the field that it names, and no other part of the request', async () => {
  const answer = await federation.ask('{ parcels { from { name sick } to { sick } maker { title(word: "a") } } }')
  expect(answer.data).toEqual({
    parcels: [
      { from: { name: 'person 1', sick: null }, to: { sick: 'no' }, maker: { title: 'a firm 7' } },
      { from: { name: 'person 1', sick: null }, to: null, maker: { title: 'a firm 8' } },
    ],
  })
  expect(told(answer)).toEqual(['parcels.0.from.sick Internal error.', 'parcels.1.from.sick Internal error.'])
  expect(federation.exact.runs).toBe(0)
  expect(federation.requests.length).toBe(2)
})

test('A request that fails costs what each of its calls asked for', async () => {
  federation.down.add('people')
  const answer = await federation.ask('{ parcels { from { name } to { sick } maker { title } } }')
  expect(answer.data).toEqual({
    parcels: [
      { from: null, to: { sick: null }, maker: null },
      { from: null, to: null, maker: null },
    ],
  })
  expect(told(answer)).toEqual(
    ['0.from.name', '0.to.sick', '0.maker.title', '1.from.name', '1.maker.title'].map(
      (path) => `parcels.${path} The service is away.`,
    ),
  )
  expect(federation.requests.length).toBe(2)
})
