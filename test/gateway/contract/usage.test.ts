import { describe, expect, test } from '@jest/globals'
import { buildSchema } from 'graphql'
import { orderOfVersions, recordedUse } from '../../../gateway/contract/checks/recorded.ts'
import { useOf } from '../../../gateway/contract/checks/use.ts'
import { readArguments } from '../../../gateway/contract/usage/arguments.ts'
import { textOf } from '../../../gateway/contract/usage/output.ts'
import { isCoordinate, usageReport } from '../../../gateway/contract/usage/report.ts'
import type { DayOfUse } from '../../../gateway/usage/day.ts'
import { written } from './small-graph.ts'

const schema = buildSchema(`
  type Query { item(id: ID!, lang: String): Item old: String @deprecated(reason: "Use item.") find(filter: Filter): Item }
  type Item { id: ID! color: Color size: Size }
  type Never { a: Int b: Int }
  enum Color { RED GREEN }
  enum Size { S M }
  input Filter { text: String sort: Sort }
  enum Sort { NAME DATE }
`)

const documents: DayOfUse['documents'] = {
  one: {
    operation: 'One',
    kind: 'query',
    coordinates: ['Color', 'Color.*', 'Item', 'Item.color', 'Query', 'Query.item', 'Query.item(id:)'],
  },
  old: { operation: 'Old', kind: 'query', coordinates: ['Query', 'Query.old'] },
  find: {
    operation: 'Find',
    kind: 'query',
    coordinates: ['Filter', 'Item', 'Item.id', 'Query', 'Query.find', 'Query.find(filter:)'],
  },
}
const days: readonly DayOfUse[] = [
  {
    day: '2026-11-02',
    documents,
    rows: [
      { document: 'one', client: 'web', version: '1.10.0', requests: 5, given: {} },
      { document: 'one', client: 'web', version: '1.9.0', requests: 2, given: {} },
      { document: 'find', client: 'ios', version: 'unknown', requests: 4, given: { 'Filter.sort': 1, 'Sort.NAME': 1 } },
    ],
  },
  {
    day: '2026-11-01',
    documents,
    rows: [
      { document: 'one', client: 'web', version: '1.9.0', requests: 1, given: {} },
      { document: 'old', client: 'anonymous', version: 'unknown', requests: 1, given: {} },
    ],
  },
]
const report = (without: readonly string[] = [], texts: Readonly<Record<string, string>> = {}) =>
  usageReport({
    schema,
    recorded: recordedUse(days),
    written: written(texts).map((one) => useOf(one, schema, schema)),
    without,
  })

test('Clients are listed with the oldest version first, as numbers go', () => {
  expect(report().clients).toEqual([
    { client: 'anonymous', version: 'unknown', requests: 1, operations: 1, first: '2026-11-01', last: '2026-11-01' },
    { client: 'ios', version: 'unknown', requests: 4, operations: 1, first: '2026-11-02', last: '2026-11-02' },
    { client: 'web', version: '1.9.0', requests: 3, operations: 1, first: '2026-11-01', last: '2026-11-02' },
    { client: 'web', version: '1.10.0', requests: 5, operations: 1, first: '2026-11-02', last: '2026-11-02' },
  ])
})

test('A version is older than a later one, and a preview of it older than itself', () => {
  const versions = ['1.9.0', '1.10.0-alpha', '1.10.0-beta.2', '1.10.0-beta.10', '1.10.0', '1.10.1-rc', '2', 'unknown']
  for (const [at, version] of versions.entries())
    for (const later of versions.slice(at + 1)) {
      expect(orderOfVersions(version, later)).toBeLessThan(0)
      expect(orderOfVersions(later, version)).toBeGreaterThan(0)
    }
  const rows = versions.toReversed().map((version) => ({ ...days[0]?.rows[0], version }))
  const { clients } = usageReport({
    schema,
    recorded: recordedUse([{ ...days[0], rows } as DayOfUse]),
    written: [],
    without: [],
  })
  expect(clients.map(({ version }) => version)).toEqual(versions)
})

test('Only the last days count where so many are asked for', () => {
  expect(recordedUse(days, 1).map(({ operation }) => operation)).toEqual(['Find', 'One', 'One'])
  expect(recordedUse(days, 2)).toHaveLength(4)
  expect(readArguments(['--days', '30']).days).toBe(30)
  expect(() => readArguments(['--days', '-1'])).toThrow('--days')
})

test('What some requests of an operation give, the others leave out', () => {
  const [find, one] = recordedUse(days).filter(({ client }) => client !== 'anonymous')
  expect([...(find?.omits ?? [])]).toEqual(['Filter.sort', 'Sort.NAME'])
  expect([...(one?.omits ?? [])]).toEqual([])
  const always = recordedUse([{ ...days[0], rows: [{ ...days[0]?.rows[2], requests: 1 }] } as DayOfUse])
  expect(always.map(({ omits }) => omits?.size)).toEqual([0])
})

test('Unused fields, arguments, input fields, and values of input-only enums are listed', () => {
  expect(report().unused).toEqual([
    { type: 'Query', members: ['Query.item(lang:)'], isWhole: false },
    { type: 'Item', members: ['Item.size'], isWhole: false },
    { type: 'Never', members: ['Never.a', 'Never.b'], isWhole: true },
    { type: 'Size', members: ['Size.S', 'Size.M'], isWhole: true },
    { type: 'Filter', members: ['Filter.text'], isWhole: false },
    { type: 'Sort', members: ['Sort.DATE'], isWhole: false },
  ])
})

test('A field read through an interface counts as used, and its removal breaks its readers', () => {
  const things = buildSchema(`
    type Query { things: [Thing!]! }
    interface Thing { name(lang: String): String id: ID }
    type Toy implements Thing { name(lang: String): String id: ID @deprecated(reason: "Use name.") pieces: Int }
  `)
  const coordinates = ['Query', 'Query.things', 'Thing', 'Thing.name', 'Thing.name(lang:)', 'Thing.id']
  const document = { operation: 'Things', kind: 'query' as const, coordinates }
  const rows = [{ document: 'd', client: 'web', version: '1', requests: 1, given: {} }]
  const recorded = recordedUse([{ day: '2026-11-01', documents: { d: document }, rows }])
  const without = ['Toy.name', 'Toy.name(lang:)', 'Toy.pieces', 'Toy']
  const { unused, deprecated, removals } = usageReport({ schema: things, recorded, written: [], without })
  expect(unused).toEqual([{ type: 'Toy', members: ['Toy.pieces'], isWhole: false }])
  expect(deprecated).toMatchObject([{ coordinate: 'Toy.id', askers: [{ operation: 'Things' }] }])
  expect(removals.map(({ affected }) => affected.length)).toEqual([1, 1, 0, 0])
})

test('A deprecated element is listed with its recorded users', () => {
  expect(report().deprecated).toMatchObject([
    { coordinate: 'Query.old', reason: 'Use item.', askers: [{ operation: 'Old', client: 'anonymous', requests: 1 }] },
  ])
})

test('JSON tells the same of who asks for what is deprecated and of whom its removal affects', () => {
  const { deprecated, removals } = report(['Query.old'])
  const day = '2026-11-01'
  const who = { operation: 'Old', client: 'anonymous', version: 'unknown', requests: 1, first: day, last: day }
  expect(JSON.parse(JSON.stringify([deprecated[0]?.askers, removals[0]?.affected]))).toEqual([[who], [who]])
})

test.each([
  ['Filter.sort', 1],
  ['Sort.NAME', 1],
  ['Query.find(filter:)', 4],
])('Whom the removal of %s affects is told with the requests that gave it: %i', (coordinate, requests) => {
  expect(report([coordinate]).removals[0]?.affected).toMatchObject([{ operation: 'Find', client: 'ios', requests }])
})

test.each([
  ['Item.color', ['web 1.9.0', 'web 1.10.0']],
  ['Item', ['ios unknown', 'web 1.9.0', 'web 1.10.0']],
  ['Color.RED', ['web 1.9.0', 'web 1.10.0']],
  ['Query.item(id:)', ['web 1.9.0', 'web 1.10.0']],
  ['Query.item(lang:)', []],
  ['Filter', ['ios unknown']],
  ['Filter.sort', ['ios unknown']],
  ['Filter.text', []],
  ['Sort.NAME', ['ios unknown']],
  ['Sort.DATE', []],
  ['Never', []],
])('The removal of %s breaks %j', (coordinate, expected) => {
  const [removal] = report([coordinate]).removals
  expect(removal?.affected.map(({ client, version }) => `${client} ${version}`)).toEqual(expected)
})

test('A removal breaks operations that are written, too', () => {
  const [removal] = report(['Item.size'], { 'size.graphql': 'query Size {\n  item(id: 1) { size }\n}' }).removals
  expect(removal?.affected).toMatchObject([{ operation: 'Size', place: { file: 'size.graphql', line: 2 } }])
})

test('The text says who, how often and until when', () => {
  expect(textOf(report())).toBe(
    `13 requests from 2026-11-01 to 2026-11-02 (UTC).

Clients, each with its oldest version first:
  clients without a name  1 request, 1 operation, 2026-11-01 to 2026-11-01
  ios                     4 requests, 1 operation, 2026-11-02 to 2026-11-02
  web 1.9.0               3 requests, 1 operation, 2026-11-01 to 2026-11-02
  web 1.10.0              5 requests, 1 operation, 2026-11-02 to 2026-11-02

Deprecated:
  Query.old: Use item.
    Old of clients without a name (1 request, last on 2026-11-01)

Nobody asked for:
  Query: item(lang:)
  Item: size
  Filter: text
  Sort: DATE
  anything of Never, Size`,
  )
  expect(textOf(report(['Sort.DATE', 'Sort.NAME']))).toBe(
    'Removing Sort.DATE breaks no known client.\n\nRemoving Sort.NAME breaks:\n  Find of ios (1 request, last on 2026-11-02)',
  )
})

describe('Arguments', () => {
  test.each(['Item', 'Item.color', 'Query.item(lang:)', 'Sort.NAME', 'Filter.text'])(
    '%s is a coordinate',
    (coordinate) => expect(isCoordinate(schema, coordinate)).toBe(true),
  )
  test.each(['Itm', 'Item.colour', 'Query.item(long:)', 'Sort.SIZE', 'Item.', '', 'Item.color.x'])(
    '"%s" is none',
    (coordinate) => expect(isCoordinate(schema, coordinate)).toBe(false),
  )
  test('Others are refused in words', () => {
    expect(() => readArguments(['--witout', 'x'])).toThrow("Unknown option '--witout'")
    expect(() => readArguments(['surplus'])).toThrow("Unexpected argument 'surplus'")
  })
})
