/**
 * Answers with errors stay on the flat path, and equal those of the exact path: `ask` compares the
 * two.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type AskedAnswer, type Federation, federate, type TestService } from './support/federation.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`

const shop: TestService = {
  typeDefs: `${link}
    scalar Json
    type Query { top: Item items: [Item]! grid: [[Item!]]! tags: [String] meta: Json count: Int! }
    type Item @key(fields: "id") { id: ID! name: String size: Size labels: [String] }
    type Size { width: Int height: Int unit: Unit }
    type Unit { name: String }`,
  resolvers: {},
}
const prices: TestService = {
  typeDefs: `${link}
    type Item @key(fields: "id") { id: ID! price: Int offers: [Offer!] must: Int! }
    type Offer { percent: Int! seller: String }`,
  resolvers: {},
}

let federation: Federation
beforeAll(async () => {
  federation = await federate({ shop, prices })
})
afterAll(() => federation.close())
beforeEach(() => {
  federation.exact.runs = 0
})

const item = (id: string) => ({ __typename: 'Item', id })
const no = (...path: (string | number)[]) => ({ message: 'No.', path, extensions: { code: 'FORBIDDEN' } })
const told = ({ errors }: AskedAnswer): string[] =>
  errors.map(({ path, message }) => `${path?.join('.') ?? '-'} ${message}`)
const LOST = 'The service reported no error of this field: its value was lost with that of another field, which failed.'

interface Case {
  readonly what: string
  readonly query: string
  readonly shop: object
  readonly prices?: object
  readonly data: object | null
  readonly told: readonly string[]
}

const two = { items: [item('1'), item('2')] }
const size = { width: 1, height: null, unit: { name: null } }

const cases: readonly Case[] = [
  {
    what: 'a field under an alias',
    query: '{ best: top { title: name } }',
    shop: { errors: [no('top', 'name')], data: { top: { name: null } } },
    data: { best: { title: null } },
    told: ['best.title No.'],
  },
  {
    what: 'several fields of what is copied as it stands',
    query: '{ top { id size { width height unit { name } } } }',
    shop: {
      data: { top: { id: '1', size } },
      errors: [no('top', 'size', 'unit', 'name'), no('top', 'size', 'height')],
    },
    data: { top: { id: '1', size } },
    told: ['top.size.height No.', 'top.size.unit.name No.'],
  },
  {
    what: 'items of a list of leaves',
    query: '{ words: tags }',
    shop: { errors: [no('tags', 1)], data: { tags: ['a', null] } },
    data: { words: ['a', null] },
    told: ['words.1 No.'],
  },
  {
    what: 'an object in a list of lists, by a field that it lacks',
    query: '{ grid { id } }',
    shop: { errors: [no('grid', 1, 0, 'id')], data: { grid: [[{ id: '1' }], null] } },
    data: { grid: [[{ id: '1' }], null] },
    told: ['grid.1.0.id No.'],
  },
  {
    what: 'no null at all',
    query: '{ count }',
    shop: { errors: [no('count'), { message: 'x' }], data: { count: 1 } },
    data: { count: 1 },
    told: ['- No.', '- Internal error.'],
  },
  {
    what: 'an entity in each place that shows it',
    query: '{ top { price } items { price name } }',
    shop: { data: { top: item('1'), items: [{ ...item('1'), name: 'a' }] } },
    prices: { errors: [no('_entities', 0)], data: { _entities: [null] } },
    data: { top: { price: null }, items: [{ price: null, name: 'a' }] },
    told: ['top.price No.', 'items.0.price No.'],
  },
  {
    what: 'an entity for one of its fields',
    query: '{ items { price offers { percent } } }',
    shop: { data: two },
    prices: {
      errors: [no('_entities', 1, 'offers', 0, 'percent')],
      data: { _entities: [{ price: 1, offers: [] }, null] },
    },
    data: {
      items: [
        { price: 1, offers: [] },
        { price: null, offers: null },
      ],
    },
    told: ['items.1.offers.0.percent No.', `items.1.price ${LOST}`],
  },
  {
    what: 'a field that may not be null',
    query: '{ items { id price must } }',
    shop: { data: two },
    prices: { errors: [no('_entities', 0, 'must')], data: { _entities: [null, { price: 2, must: 3 }] } },
    data: { items: [null, { id: '2', price: 2, must: 3 }] },
    told: ['items.0.must No.'],
  },
  {
    what: 'all entities, by one of them',
    query: '{ items { price must } }',
    shop: { data: two },
    prices: { errors: [no('_entities', 1, 'must')], data: null },
    data: { items: [null, null] },
    told: ['items.1.must No.', `items.0.price ${LOST}`, `items.0.must ${LOST}`],
  },
  {
    what: 'the whole answer, without data',
    query: '{ a: count tags }',
    shop: { errors: [no('count')] },
    data: null,
    told: ['a No.'],
  },
]

test.each(cases)('An error explains $what', async ({ query, shop, prices, data, told: expected }) => {
  federation.instead = (service) => (service === 'shop' ? shop : prices)
  const answer = await federation.ask(query)
  expect([answer.data, told(answer)]).toEqual([data, expected])
  expect(federation.exact.runs).toBe(0)
})

test('A null entity without an error nulls what may not be null', async () => {
  federation.instead = (service) => ({ data: service === 'shop' ? two : { _entities: [null, { must: 1 }] } })
  const answer = await federation.ask('{ items { must } }')
  expect([answer.data, told(answer), federation.exact.runs]).toEqual([{ items: [null, { must: 1 }] }, [], 0])
})

test('An error inside of a value of a custom scalar is left to the exact path', async () => {
  federation.instead = () => ({ errors: [no('meta', 'x')], data: { meta: { x: null } } })
  await federation.ask('{ meta }')
  expect(federation.exact.runs).toBe(1)
})

test('An input of another service that failed is left to the exact path', async () => {
  federation.instead = (service) =>
    service === 'shop' ? { errors: [no('top', 'id')], data: { top: { ...item('1'), id: null } } } : { data: null }
  await federation.ask('{ top { price } }').catch(() => undefined)
  expect(federation.exact.runs).toBe(1)
})

test('Errors of many places are bounded', async () => {
  const items = Array.from({ length: 1_500 }, (_, index) => item(`${index % 3}`))
  const explained = {
    errors: [no('_entities', 0), no('_entities', 2)],
    data: { _entities: [null, { price: 1 }, null] },
  }
  federation.instead = (service) => (service === 'shop' ? { data: { items } } : explained)
  const answer = await federation.ask('{ items { price } }')
  expect([answer.errors.length, answer.errors.at(-1)?.path, federation.exact.runs]).toEqual([
    1_000,
    ['items', 1_499, 'price'],
    0,
  ])
})
