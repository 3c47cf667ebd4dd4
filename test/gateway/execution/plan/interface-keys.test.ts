import { expect, test } from '@jest/globals'
import { stepsOf } from './steps.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`

/** Planned as after a quarter of the time. */
const steps = (services: Readonly<Record<string, string>>, operation: string): number =>
  stepsOf(services, operation, true)

test('A chain of fields of an interface whose types every service finds takes no step for each type', () => {
  const objects = (types: number, fields: string): string =>
    Array.from(
      { length: types },
      (_, index) => `type Item${index} implements Item @key(fields: "id") { id: ID! ${fields} }`,
    ).join(' ')
  const services = (types: number) => ({
    items: `${link} type Query { item: Item } interface Item { id: ID! } ${objects(types, '')}`,
    one: `${link} interface Item { id: ID! next: Item } ${objects(types, 'next: Item')}`,
    other: `${link} interface Item { id: ID! before: Item } ${objects(types, 'before: Item')}`,
  })
  const operation = '{ item { next { before { ... on Item0 { next { before { id } } } } } } }'
  expect(steps(services(2), operation)).toBeGreaterThan(5)
  expect(steps(services(4), operation)).toBeLessThan(steps(services(2), operation) * 3)
})
