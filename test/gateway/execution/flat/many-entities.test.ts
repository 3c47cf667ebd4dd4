/**
 * Lists that outgrow what is kept for records and for writing, and entities that repeat in them.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type ExactPath, openExactPath } from '../support/exact-path.ts'
import { type Federation, federate, type TestService } from '../support/federation.ts'
import { lookIntoPool } from '../support/pool.ts'
import { differenceToExact, openProduct, runProduct } from '../support/two-paths.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`

const itemAt = (index: number, distinct: number) => ({ id: `item ${index % distinct} é`, rank: index })

const shelves: TestService = {
  typeDefs: `${link}
    type Query { items(count: Int!, distinct: Int!): [Item!]! shelves(count: Int!, distinct: Int!): [[Item]!]! }
    type Item @key(fields: "id") { id: ID! rank: Int! }`,
  resolvers: {
    Query: {
      items: (_: unknown, { count, distinct }: { count: number; distinct: number }) =>
        Array.from({ length: count }, (_, index) => itemAt(index, distinct)),
      shelves: (_: unknown, { count, distinct }: { count: number; distinct: number }) =>
        Array.from({ length: count }, (_, index) => [itemAt(index, distinct), null, itemAt(index + 1, distinct)]),
    },
  },
}

const prices: TestService = {
  typeDefs: `${link}
    type Item @key(fields: "id") { id: ID! price: Float text: String }`,
  resolvers: {
    Item: {
      __resolveReference: ({ id }: { id: string }) => (id.includes('7 ') ? null : { id }),
      price: ({ id }: { id: string }) => id.length / 8,
      text: ({ id }: { id: string }) => `${id} ${'x'.repeat(id.length * 3)}`,
    },
  },
}

let federation: Federation
let path: ExactPath
beforeAll(async () => {
  federation = await federate({ shelves, prices })
  path = await openExactPath(federation.supergraph, federation.engine.schema)
})
afterAll(() => Promise.all([federation.close(), path.close()]))

const queries = {
  items: 'query ($count: Int!, $distinct: Int!) { items(count: $count, distinct: $distinct) { rank price text id } }',
  shelves: 'query ($count: Int!, $distinct: Int!) { shelves(count: $count, distinct: $distinct) { text rank price } }',
}

test.each([
  ['items', 1, 1],
  ['items', 31, 31],
  ['items', 33, 5],
  ['items', 900, 900],
  ['items', 4_000, 100],
  ['items', 25_000, 3_000],
  ['shelves', 500, 90],
  ['shelves', 4_000, 4_000],
] as const)('Of %s, %d with %d different ones, each is asked for once', async (field, count, distinct) => {
  const question = { query: queries[field], variables: { count, distinct } }
  const product = await openProduct(federation.engine, question)
  const run = await runProduct(product, async (call) => ({
    told: (await federation.send({ ...call, read: undefined })).body,
    isRead: true,
  }))
  expect(run.by).toBe('flat')
  const [, entities] = run.asked
  const { variables } = JSON.parse(entities?.text ?? '') as { variables: { representations: readonly object[] } }
  const ids = variables.representations.map((each) => JSON.stringify(each))
  expect([ids.length, new Set(ids).size]).toEqual([distinct, distinct])
  expect(await differenceToExact(await path.open(question.query, question.variables), run)).toBe('')
  expect(lookIntoPool().isEmpty).toBe(true)
})
