/**
 * Denied fields of an operation: the flat path writes their nulls, and reports them as the exact
 * path does.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { denial } from '../../../gateway/execution/plan/access.ts'
import type { Send } from '../../../gateway/traffic/call/send.ts'
import { deniedIn } from './support/denied.ts'
import { type Federation, federate, type TestService } from './support/federation.ts'
import { openProduct } from './support/two-paths.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`
const item = (id: string) => ({ __typename: 'Item', id, name: `item ${id}`, size: { width: 1, height: 2 } })

const shop: TestService = {
  typeDefs: `${link}
    type Query { top: Item items: [Item]! strict: [Item!] grid: [[Item!]]! things: [Thing] kinds: [Kind!] count: Int! fine: Int }
    type Mutation { add: Int drop: Int! }
    type Item @key(fields: "id") { id: ID! name: String code: String! size: Size must: Size! }
    type Size { width: Int height: Int! }
    union Thing = Item | Box
    type Box { label: String }
    interface Kind { title: String! }
    type Good implements Kind { title: String! }
    type Bad implements Kind { title: String! note: String }`,
  resolvers: {
    Query: {
      top: () => item('1'),
      items: () => [item('1'), null, item('2')],
      strict: () => [item('1'), item('2')],
      grid: () => [[item('1'), item('2')], null, []],
      things: () => [item('1'), { __typename: 'Box', label: 'a' }],
      kinds: () => [
        { __typename: 'Good', title: 'good' },
        { __typename: 'Bad', title: 'bad', note: 'x' },
      ],
      count: () => 3,
      fine: () => 4,
    },
    Mutation: { add: () => 1, drop: () => 2 },
  },
}
const prices: TestService = {
  typeDefs: `${link} type Item @key(fields: "id") { id: ID! price: Int tax: Int! }`,
  resolvers: { Item: { __resolveReference: ({ id }: { id: string }) => ({ id, price: 10, tax: 1 }) } },
}

let federation: Federation
beforeAll(async () => {
  federation = await federate({ shop, prices })
})
afterAll(() => federation.close())
beforeEach(() => {
  federation.calls.length = 0
  federation.exact.runs = 0
  federation.down.clear()
})

/** By the flat path and, where any service is asked, by the exact path. */
async function inBothWays(query: string, denied: readonly string[], send: Send = federation.send) {
  const access = deniedIn(federation.engine.schema, denied.join(), (coordinate) => denied.includes(coordinate))
  const product = await openProduct(federation.engine, { query, variables: {}, denied: access })
  const flat = await product(send)
  expect(federation.exact.runs).toBe(0)
  federation.isOdd = () => true
  const exact = await product(send)
  federation.isOdd = () => false
  const told = [flat, exact].map(({ body, errors }) => ({
    text: body.toString(),
    errors: errors.map(({ path, message, extensions }) => `${path?.join('.')} ${extensions['code']} ${message}`),
  }))
  expect(told[1]).toEqual(told[0])
  return { data: (JSON.parse(flat.body.toString()) as { data: unknown }).data, errors: told[0]?.errors ?? [] }
}

interface Case {
  readonly what: string
  readonly query: string
  readonly denied: readonly string[]
  readonly data: object | null
  /** Path and coordinate of each error. */
  readonly told: readonly string[]
}

const cases: readonly Case[] = [
  {
    what: 'a field, under an alias, between others of one answer',
    query: '{ best: top { id title: name size { width } } }',
    denied: ['Item.name'],
    data: { best: { id: '1', title: null, size: { width: 1 } } },
    told: ['best.title Item.name'],
  },
  {
    what: 'a field inside of what else would be copied as a whole',
    query: '{ items { size { width height } } }',
    denied: ['Size.width'],
    data: { items: [{ size: { width: null, height: 2 } }, null, { size: { width: null, height: 2 } }] },
    told: ['items.0.size.width Size.width', 'items.2.size.width Size.width'],
  },
  {
    what: 'a field that may not be null, of objects that may',
    query: '{ items { name code } count }',
    denied: ['Item.code'],
    data: { items: [null, null, null], count: 3 },
    told: ['items.0.code Item.code', 'items.2.code Item.code'],
  },
  {
    what: 'a field that may not be null, of objects that may not be either',
    query: '{ strict { id size { height } code } grid { code } fine }',
    denied: ['Item.code'],
    data: { strict: null, grid: [null, null, []], fine: 4 },
    told: ['strict.0.code Item.code', 'grid.0.0.code Item.code'],
  },
  {
    what: 'a field below one that may not be null',
    query: '{ top { name size { height } } }',
    denied: ['Size.height'],
    data: { top: { name: 'item 1', size: null } },
    told: ['top.size.height Size.height'],
  },
  {
    what: 'all of an answer, by one root field',
    query: '{ fine count }',
    denied: ['Query.count'],
    data: null,
    told: ['count Query.count'],
  },
  {
    what: 'all that is asked for, so that no service is',
    query: '{ fine again: fine __typename }',
    denied: ['Query.fine'],
    data: { fine: null, again: null, __typename: 'Query' },
    told: ['fine Query.fine', 'again Query.fine'],
  },
  {
    what: 'all of an object, whose place is asked for',
    query: '{ top { name } items { name } }',
    denied: ['Item.name'],
    data: { top: { name: null }, items: [{ name: null }, null, { name: null }] },
    told: ['top.name Item.name', 'items.0.name Item.name', 'items.2.name Item.name'],
  },
  {
    what: 'objects of one type of a union',
    query: '{ things { ... on Box { label } ... on Item { name } } }',
    denied: ['Box'],
    data: { things: [{ name: 'item 1' }, null] },
    told: ['things.1 Box'],
  },
  {
    what: 'a field of one type of an interface',
    query: '{ kinds { __typename ... on Bad { note title } } }',
    denied: ['Bad.note'],
    data: { kinds: [{ __typename: 'Good' }, { __typename: 'Bad', note: null, title: 'bad' }] },
    told: ['kinds.1.note Bad.note'],
  },
  {
    what: 'a field of an interface, which may not be null',
    query: '{ kinds { title } fine }',
    denied: ['Kind.title'],
    data: { kinds: null, fine: 4 },
    told: ['kinds.0.title Kind.title'],
  },
  {
    what: 'one of the fields that another service gives',
    query: '{ items { id price name tax } }',
    denied: ['Item.price'],
    data: {
      items: [{ id: '1', price: null, name: 'item 1', tax: 1 }, null, { id: '2', price: null, name: 'item 2', tax: 1 }],
    },
    told: ['items.0.price Item.price', 'items.2.price Item.price'],
  },
  {
    what: 'a key, by which another service is asked all the same',
    query: '{ top { id price } }',
    denied: ['Item.id'],
    data: { top: null },
    told: ['top.id Item.id'],
  },
  {
    what: 'a change, which is not made',
    query: 'mutation { add drop }',
    denied: ['Mutation.add'],
    data: { add: null, drop: 2 },
    told: ['add Mutation.add'],
  },
]

test.each(cases)('The flat path denies $what', async ({ query, denied, data, told }) => {
  const answer = await inBothWays(query, denied)
  expect(answer.data).toEqual(data)
  expect(answer.errors).toEqual(told.map((each) => each.replace(/(\S+) (\S+)/, '$1 FORBIDDEN You may not see "$2".')))
})

test('Failures are reported beside denials', async () => {
  federation.down.add('prices')
  const answer = await inBothWays('{ items { name price } top { code tax } }', ['Item.name', 'Item.code'])
  expect(answer.data).toEqual({ items: [{ name: null, price: null }, null, { name: null, price: null }], top: null })
  expect(answer.errors.map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual([
    'items.0.name FORBIDDEN',
    'items.0.price SERVICE_UNAVAILABLE',
    'items.2.name FORBIDDEN',
    'items.2.price SERVICE_UNAVAILABLE',
    'top.code FORBIDDEN',
  ])
})

test('A thousand places get an error', async () => {
  federation.instead = (service) =>
    service === 'shop' ? { data: { items: Array.from({ length: 1_500 }, () => ({ id: '1' })) } } : undefined
  try {
    const { data, errors } = await inBothWays('{ items { id name } }', ['Item.name'])
    expect(data).toEqual({ items: Array.from({ length: 1_500 }, () => ({ id: '1', name: null })) })
    expect([errors.length, errors.at(-1)]).toEqual([1_000, 'items.999.name FORBIDDEN You may not see "Item.name".'])
  } finally {
    federation.instead = undefined
  }
})

test('The error of a denial, which is kept, keeps nothing of where it was made', () => {
  expect(denial('Item.name', false).stack).toBe('')
})
