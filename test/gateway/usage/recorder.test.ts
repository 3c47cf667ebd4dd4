import { describe, expect, test } from '@jest/globals'
import { buildSchema } from 'graphql'
import { createDocuments } from '../../../gateway/document/documents.ts'
import { openExchange } from '../../../gateway/exchange/exchange.ts'
import { defaultLimits } from '../../../gateway/limits/limits.ts'
import { createUseRecorder } from '../../../gateway/usage/recorder.ts'
import { mergeUse, type UsedDocument } from '../../../gateway/usage/records.ts'

const schema = buildSchema(`
  type Query {
    find(filter: Filter, sort: Sort, text: String): [Item!]!
    item(id: ID!): Item
  }
  interface Named { name: String! }
  type Item implements Named { id: ID! name: String! color: Color parent: Named }
  enum Color { RED GREEN }
  enum Sort { NAME DATE }
  input Filter { text: String not: Filter colors: [Color!] limit: Int }
`)
const none = { weights: new Map(), sizes: new Map() }

interface Sent {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly client?: string
  readonly version?: string
  readonly operationName?: string
  readonly variant?: string | undefined
}

function record() {
  const stores = new Map<string | undefined, ReturnType<typeof createDocuments>>()
  const open = () => createDocuments({ schema, declared: none, limits: defaultLimits }, [])
  const recorder = createUseRecorder({
    version: ({ request }) => request.headers['version'] as string | undefined,
  })
  const send = async ({ query, variables, client, version, operationName, variant }: Sent): Promise<void> => {
    const headers = { ...(client && { client }), ...(version && { version }) }
    const exchange = openExchange(
      { method: 'POST', url: '/', headers, address: () => '', readText: () => '' },
      'id',
      undefined,
      variant,
    )
    exchange.parameters = { query, variables, operationName, extensions: undefined }
    const documents = stores.get(variant) ?? open()
    stores.set(variant, documents)
    const operation = (documents.find(query) ?? documents.get(query)).operation(operationName)
    await operation.document.requireValid()
    recorder.count(operation, schema, exchange, ({ request }) => request.headers['client'] as string | undefined)
  }
  return { send, drain: () => recorder.drain() }
}

test('Requests are counted by operation, client and version', async () => {
  const { send, drain } = record()
  const query = 'query One($id: ID!) { item(id: $id) { ...Parts } } fragment Parts on Item { name color }'
  for (const version of ['1', '2', '2']) await send({ query, client: 'web', version, variables: { id: 'SECRET' } })
  await send({ query, variables: { id: 'SECRET' } })
  const { documents, rows } = drain()
  expect(Object.values(documents)).toEqual([
    {
      operation: 'One',
      kind: 'query',
      coordinates: ['Color', 'Color.*', 'Item', 'Item.color', 'Item.name', 'Query', 'Query.item', 'Query.item(id:)'],
      text: 'query One($id:ID!){item(id:$id){...fragment1}}fragment fragment1 on Item{name color}',
    },
  ])
  expect(rows).toMatchObject([
    { client: 'web', version: '1', requests: 1, given: {} },
    { client: 'web', version: '2', requests: 2 },
    { client: 'anonymous', version: 'unknown', requests: 1 },
  ])
  expect(drain()).toEqual({ documents: {}, rows: [] })
  await send({ query, variables: { id: 'SECRET' } })
  expect(drain().rows).toMatchObject([{ client: 'anonymous', version: 'unknown', requests: 1 }])
})

test('Variables count as usage by the names of input fields and enum values, once per request', async () => {
  const { send, drain } = record()
  const query = 'query Find($filter: Filter, $sort: Sort) { find(filter: $filter, sort: $sort) { id } }'
  const filter = { text: 'SECRET', not: { text: 'SECRET' }, colors: ['RED', 'RED'], limit: 4711 }
  await send({ query, variables: { filter, sort: 'NAME' } })
  await send({ query, variables: { filter: { limit: 4711 } } })
  await send({ query, variables: {} })
  await send({ query })
  const { rows } = drain()
  expect(rows).toMatchObject([
    {
      requests: 4,
      given: {
        Filter: 2,
        'Filter.text': 1,
        'Filter.not': 1,
        'Filter.colors': 1,
        'Filter.limit': 2,
        'Color.RED': 1,
        'Sort.NAME': 1,
      },
    },
  ])
})

test.each([
  ['literals', { query: '{ find(text: "MARK", filter: {text: "MARK", limit: 4711}) { id } }' }],
  [
    'variables',
    {
      query: 'query ($t: String, $f: Filter) { find(text: $t, filter: $f) { id } }',
      variables: { t: 'MARK', f: { text: 'MARK' } },
    },
  ],
  [
    'names of fields that the schema does not have',
    { query: 'query ($f: Filter) { find(filter: $f) { id } }', variables: { f: { MARK: 'MARK', __proto__: 'MARK' } } },
  ],
  [
    'values of an enum that it does not have',
    { query: 'query ($s: Sort) { find(sort: $s) { id } }', variables: { s: 'MARK' } },
  ],
  ['further variables', { query: '{ find { id } }', variables: { MARK: 'MARK' } }],
  ['aliases', { query: '{ MARK: find { MARK2: id } }' }],
  [
    'a list where an object should be',
    { query: 'query ($f: Filter) { find(filter: $f) { id } }', variables: { f: ['MARK', [['MARK']]] } },
  ],
])('A usage record keeps nothing of %s', async (_what, sent: Sent) => {
  const { send, drain } = record()
  await send(sent)
  const text = JSON.stringify(drain())
  expect(text).toContain('Query.find')
  expect(text).not.toMatch(/MARK|4711/)
})

test('Operations that differ only in literals count as one', async () => {
  const { send, drain } = record()
  for (let id = 0; id < 50; id += 1) await send({ query: `{ item(id: "${id}") { name } }` })
  const { documents, rows } = drain()
  expect(Object.values(documents)).toMatchObject([{ text: 'query($literal1:ID!){item(id:$literal1){name}}' }])
  expect(rows).toMatchObject([{ requests: 50 }])
})

test('The first text of operations with the same uses is kept, and returned again after a drain', async () => {
  const { send, drain } = record()
  for (const _time of ['first', 'later']) {
    for (const alias of ['', 'a: ']) await send({ query: `{ ${alias}item(id: 1) { id } }` })
    expect(Object.values(drain().documents)).toMatchObject([{ text: 'query($literal1:ID!){item(id:$literal1){id}}' }])
  }
})

test('Operations on the path of a contract variant count for that variant', async () => {
  const { send, drain } = record()
  for (const variant of [undefined, 'partner', 'partner']) await send({ query: '{ item(id: 1) { id } }', variant })
  const { documents, rows } = drain()
  expect(rows.map(({ document, requests }) => `${documents[document]?.variant} ${requests}`)).toEqual([
    'undefined 1',
    'partner 2',
  ])
})

test('Introspection alone is not counted, and of a document only the requested operation', async () => {
  const { send, drain } = record()
  await send({ query: '{ __typename __schema { queryType { name } } }' })
  expect(drain().rows).toEqual([])
  await send({ query: 'query A { item(id: 1) { name } } query B { item(id: 1) { color } }', operationName: 'A' })
  expect(JSON.stringify(drain())).not.toContain('Item.color')
})

describe('Bounds', () => {
  test('Clients and versions over the limit count as one', async () => {
    const { send, drain } = record()
    for (let at = 0; at < 120; at += 1) await send({ query: '{ item(id: 1) { id } }', client: `c${at}`, version: '1' })
    for (let at = 0; at < 60; at += 1) await send({ query: '{ item(id: 1) { id } }', client: 'c0', version: `v${at}` })
    await send({ query: '{ item(id: 1) { id } }', client: 'x'.repeat(500), version: 'y'.repeat(500) })
    const { rows } = drain()
    expect(new Set(rows.map(({ client }) => client)).size).toBe(101)
    expect(rows.filter(({ client }) => client === 'c0')).toHaveLength(51)
    expect(rows.reduce((sum, { requests }) => sum + requests, 0)).toBe(181)
    expect(Math.max(...rows.map(({ client, version }) => client.length + version.length))).toBeLessThan(20)
  })

  test('Operations over the limit count as one of each kind, and nothing that they use is lost', async () => {
    const { send, drain } = record()
    for (let at = 0; at < 1_005; at += 1)
      await send({ query: `query Q${at} { item(id: 1) { id ${at === 1_004 ? 'color' : ''} } }` })
    const { documents, rows } = drain()
    expect(Object.keys(documents)).toHaveLength(1_001)
    const other = { operation: 'other', kind: 'query', coordinates: expect.arrayContaining(['Item.color']) }
    expect(documents['other-query']).toEqual(other)
    const more = { late: { ...documents['other-query'], operation: 'Late', text: '{late}' } as UsedDocument }
    const row = { document: 'late', client: 'web', version: '1', requests: 1, given: {} }
    const merged = mergeUse([
      { documents, rows },
      { documents: more, rows: [row] },
    ])
    expect(merged.documents['other-query']).toEqual(other)
    expect(rows.reduce((sum, { requests }) => sum + requests, 0)).toBe(1_005)
  })

  test('Texts beyond 2 MB in total are not kept, in a recorder or in a sum', async () => {
    const { send, drain } = record()
    const name = 'long'.repeat(1_000)
    const sendFrom = async (from: number) => {
      for (let at = from; at < from + 300; at += 1)
        await send({ query: `query Q${at}($${name}: String) { find(text: $${name}) { id } }` })
    }
    await sendFrom(0)
    const first = drain()
    await sendFrom(300)
    const bytesOf = ({ documents }: typeof first): number =>
      Object.values(documents).reduce((sum, { text = '' }) => sum + text.length, 0)
    const merged = mergeUse([first, drain()])
    for (const each of [first, merged]) {
      expect(bytesOf(each)).toBeLessThanOrEqual(2 * 1024 * 1024)
      expect(bytesOf(each)).toBeGreaterThan(2 * 1024 * 1024 - 10_000)
    }
    expect([first, merged].map(({ documents }) => Object.keys(documents).length)).toEqual([300, 600])
    expect(bytesOf(mergeUse([merged, first]))).toBe(bytesOf(merged))
  })

  test('Names from variables over the limit count as used by the operation', () => {
    const names = Array.from({ length: 30_000 }, (_, at) => [`Input.f${at}`, 1] as const)
    const given = Object.fromEntries(names)
    const row = (version: string) => ({ document: 'd', client: 'web', version, requests: 1, given })
    const documents = { d: { operation: 'One', kind: 'query' as const, coordinates: ['Query.a'] } }
    const { documents: merged, rows } = mergeUse([
      { documents, rows: [row('1')] },
      { documents, rows: [{ ...row('2'), given: Object.fromEntries(names.slice(0, 20_100)) }] },
    ])
    expect(rows.map((one) => Object.keys(one.given).length)).toEqual([30_000, 20_000])
    expect(merged['d']?.coordinates).toHaveLength(101)
  })

  test('Of a long list in variables, only the first items are counted', async () => {
    const { send, drain } = record()
    const filters = { not: { colors: [...new Array(2_000).fill('RED'), 'GREEN'] } }
    await send({ query: 'query ($f: Filter) { find(filter: $f) { id } }', variables: { f: filters } })
    const [row] = drain().rows
    expect(row?.given).toEqual({ Filter: 1, 'Filter.not': 1, 'Filter.colors': 1, 'Color.RED': 1 })
  })
})

test('Usage of several processes is summed in any order', async () => {
  const part = async (version: string): Promise<ReturnType<ReturnType<typeof record>['drain']>> => {
    const { send, drain } = record()
    await send({ query: '{ item(id: 1) { id } }', client: 'web', version })
    await send({
      query: 'query ($s: Sort) { find(sort: $s) { id } }',
      variables: { s: 'DATE' },
      client: 'web',
      version,
    })
    return drain()
  }
  const [one, other] = [await part('1'), await part('2')]
  const sorted = (records: typeof one) => ({
    documents: records.documents,
    rows: records.rows.toSorted((a, b) => `${a.document}${a.version}`.localeCompare(`${b.document}${b.version}`)),
  })
  expect(sorted(mergeUse([one, other, one]))).toEqual(sorted(mergeUse([other, mergeUse([one, one])])))
  expect(mergeUse([one, other, one]).rows).toEqual(
    expect.arrayContaining([expect.objectContaining({ version: '1', requests: 2, given: { 'Sort.DATE': 2 } })]),
  )
})
