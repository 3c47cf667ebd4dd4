import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { buildSchema, printSchema } from 'graphql'
import { buildSchemaInSteps, cutSchema } from '../../../../gateway/execution/plan/api-schema.ts'
import { files } from '../../../../gateway/supergraph/files.ts'

const large = `type Query { first: T0 } ${Array.from(
  { length: 1_500 },
  (_, index) => `type T${index} { id: ID! next(of: Int = ${index}): T${(index + 1) % 1_500} kind: [String!]! }`,
).join('\n')}`

const small = `
"""What clients see. type Fake {"""
schema { query: Root subscription: Events }
directive @mine(reason: String = "none") repeatable on FIELD
scalar When @specifiedBy(url: "https://example.org/when")
interface Node { id: ID! }
interface Named implements Node { id: ID! name(style: Style = SHORT): String }
type Root { node(id: ID!): Node all(filter: Filter = { tags: ["a"] }): [Item!] mutation: Mutation }
type Events { item: Item }
type Mutation { notARoot: Int }
type Thing implements Node & Named { id: ID! name(style: Style = SHORT): String old: Int @deprecated(reason: "It is \\"old\\".") }
union Item = Thing | Events
enum Style { SHORT LONG @deprecated }
input Filter { tags: [String!] not: Filter since: When }`

test.each([
  ['a small one with a bit of everything', async () => small],
  [
    'one of the default root names',
    async () => 'type Query { a: Int } type Mutation { b: Int } type Subscription { c: Int }',
  ],
  ['a large one', async () => large],
  ["the product's own", () => readFile(files.schema, 'utf8')],
])('A schema built in steps equals the schema built from the whole text: %s', async (_what, text) => {
  const sdl = await text()
  const schema = await buildSchemaInSteps(cutSchema(sdl))
  expect(printSchema(schema)).toBe(printSchema(buildSchema(sdl)))
})

test('A large schema is cut into short pieces and built over many event loop turns', async () => {
  const pieces = cutSchema(large)
  expect(pieces.length).toBeGreaterThan(5)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(20_000)
  expect(pieces.join('')).toBe(large)
  let turns = 0
  let building = true
  const turn = (): void => {
    turns += 1
    if (building) setImmediate(turn)
  }
  setImmediate(turn)
  await buildSchemaInSteps(pieces)
  building = false
  expect(turns).toBeGreaterThan(pieces.length)
})
