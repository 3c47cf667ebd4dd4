/** An operation is written by its client: what it is compiled to must not multiply. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { createEngine, type Engine } from '../../../../gateway/execution/engine.ts'
import { composeTest } from '../support/federation.ts'

const TYPES = 60

let engine: Engine
beforeAll(async () => {
  const types = Array.from({ length: TYPES }, (_, index) => `type T${index} implements Node { id: ID! next: Node }`)
  const typeDefs = `type Query { node: Node } interface Node { id: ID! next: Node } ${types.join(' ')}`
  engine = await createEngine(composeTest({ nodes: { typeDefs, resolvers: {} } }))
})
afterAll(() => engine.close())

/** Bytes of code of the objects of an interface, so many levels deep. */
async function codeOf(levels: number): Promise<number> {
  const selection = '{ __typename id next '.repeat(levels)
  const query = `{ node ${selection} { __typename id } ${'}'.repeat(levels)} }`
  const prepared = engine.prepare(query, parse(query))
  return (await prepared.compiled(prepared.bind({}).conditions)).codeBytes
}

test('Types inside types add to the code and do not multiply it', async () => {
  const [two, three, nine] = [await codeOf(2), await codeOf(3), await codeOf(9)]
  expect(two).toBeGreaterThan(0)
  expect(nine - two).toBeLessThan(8 * (three - two))
})
