import { expect, test } from '@jest/globals'
import { stepsOf } from './steps.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject"])`

/** Services with an interface of so many object types, which two of them do not know. */
function servicesWith(types: number): Readonly<Record<string, string>> {
  const objects = Array.from(
    { length: types },
    (_, index) => `type Item${index} implements Item @key(fields: "id") { id: ID! name: String }`,
  )
  return {
    items: `${link} type Query { item: Item } interface Item @key(fields: "id") { id: ID! name: String } ${objects.join(' ')}`,
    pairs: `${link} type Item @key(fields: "id") @interfaceObject { id: ID! twin: Item owner: Owner } type Owner @key(fields: "id") { id: ID! }`,
    owners: `${link} type Owner @key(fields: "id") { id: ID! age: Int }`,
    prices: `${link} type Item @key(fields: "id") @interfaceObject { id: ID! price: Int cheaper: Item }`,
  }
}

test.each([
  '{ item { twin { twin { owner { age } } } } }',
  '{ item { twin { cheaper { twin { price } } } } }',
  '{ item { twin { ... on Item0 { name } twin { name cheaper { name } } } } }',
])('More types of an interface object add their number at most to the work of planning: %s', (operation) => {
  const [few, many] = [stepsOf(servicesWith(2), operation), stepsOf(servicesWith(6), operation)]
  expect(few).toBeGreaterThan(10)
  expect(many).toBeLessThan(few * 3)
})
