import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type ExactPath, openExactPath } from '../support/exact-path.ts'
import { type Federation, federate, type TestService } from '../support/federation.ts'

const COUNT = 50

/** Each service leads from the one node there is to fifty times the same. */
const service = (field: string): TestService => ({
  typeDefs: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { ${field}Start: Node }
    type Node @key(fields: "id") { id: ID! ${field}: [Node!]! }`,
  resolvers: {
    Query: { [`${field}Start`]: () => ({ id: '1' }) },
    Node: { [field]: () => Array.from({ length: COUNT }, () => ({ id: '1' })) },
  },
})

let federation: Federation
let path: ExactPath
beforeAll(async () => {
  federation = await federate({ left: service('left'), right: service('right') })
  path = await openExactPath(federation.supergraph, federation.engine.schema, 100_000)
})
afterAll(() => Promise.all([federation.close(), path.close()]))

test('An answer that multiplies is refused before it fills the memory', async () => {
  const operation = await path.open('{ leftStart { left { right { left { right { left { id } } } } } } }', {})
  const run = await operation.run(federation.send)
  expect(run.answer.body.toString()).toBe('{"data":null}')
  expect(run.answer.errors.map(({ extensions }) => extensions['code'])).toEqual(['OPERATION_TOO_COMPLEX'])
})

test('An answer that stays small is complete', async () => {
  const operation = await path.open('{ leftStart { left { right { id } } } }', {})
  const run = await operation.run(federation.send)
  const nodes = (below: object) => Array.from({ length: COUNT }, () => below)
  expect(run.answer.errors).toEqual([])
  expect(JSON.parse(String(run.answer.body))).toEqual({
    data: { leftStart: { left: nodes({ right: nodes({ id: '1' }) }) } },
  })
})
