import { GraphPath } from '@apollo/query-graphs'
import { expect, jest, test } from '@jest/globals'
import { createPlanner } from '../../../../gateway/execution/plan/planner.ts'
import { composeTest } from '../support/federation.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject"])`

/** How often the planner advances a path, for an interface of so many object types. */
function stepsWith(types: number, operation: string): number {
  const objects = Array.from(
    { length: types },
    (_, index) => `type Item${index} implements Item @key(fields: "id") { id: ID! name: String }`,
  )
  const services = {
    items: `${link} type Query { item: Item } interface Item @key(fields: "id") { id: ID! name: String } ${objects.join(' ')}`,
    pairs: `${link} type Item @key(fields: "id") @interfaceObject { id: ID! twin: Item owner: Owner } type Owner @key(fields: "id") { id: ID! }`,
    owners: `${link} type Owner @key(fields: "id") { id: ID! age: Int }`,
    prices: `${link} type Item @key(fields: "id") @interfaceObject { id: ID! price: Int cheaper: Item }`,
  }
  const supergraph = composeTest(
    Object.fromEntries(Object.entries(services).map(([name, typeDefs]) => [name, { typeDefs, resolvers: {} }])),
  )
  const { plan } = createPlanner(supergraph)
  const add = jest.spyOn(GraphPath.prototype, 'add')
  try {
    plan(operation)
    return add.mock.calls.length
  } finally {
    add.mockRestore()
  }
}

test.each([
  '{ item { twin { twin { owner { age } } } } }',
  '{ item { twin { cheaper { twin { price } } } } }',
  '{ item { twin { ... on Item0 { name } twin { name cheaper { name } } } } }',
])('More types of an interface object add their number at most to the work of planning: %s', (operation) => {
  const [few, many] = [stepsWith(2, operation), stepsWith(6, operation)]
  expect(few).toBeGreaterThan(10)
  expect(many).toBeLessThan(few * 3)
})
