import { expect, test } from '@jest/globals'
import { Kind, parse } from 'graphql'
import { withFewerWays } from '../../../../gateway/execution/plan/fewer-ways.ts'
import { type Likeness, manyWays } from './many-ways.ts'
import { stepsOf } from './steps.ts'

test.each<[string, Likeness]>([
  ['no interface', 'none'],
  ['an interface of the key', 'key'],
  ['an interface of every field', 'all'],
])('Of the services that share a field of an object with %s one is left', (_with, likeness) => {
  const { definitions } = withFewerWays(parse(manyWays(likeness)), new Set(['id']))
  const thing = definitions.find((one) => one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value === 'Thing')
  const fields = thing?.kind === Kind.OBJECT_TYPE_DEFINITION ? (thing.fields ?? []) : []
  const counts = fields.filter(({ name }) => name.value !== 'id').map(({ directives }) => directives?.length)
  expect(counts).toEqual(Array.from({ length: 25 }, () => 1))
})

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`

test('A field that all services of a type share is planned at one of them', () => {
  /** A chain of an interface's fields, in two services that can both answer all of it. */
  const steps = (types: number): number => {
    const objects = Array.from(
      { length: types },
      (_, index) => `type Item${index} implements Item @key(fields: "id") { id: ID! next: Item @shareable }`,
    )
    const items = `${link} type Query { item: Item @shareable } interface Item { id: ID! next: Item } ${objects.join(' ')}`
    return stepsOf({ one: items, other: items }, '{ item { next { next { next { id } } } } }', true)
  }
  expect(steps(2)).toBeGreaterThan(5)
  expect(steps(3)).toBeLessThan(steps(2) * 3)
})

test('A shared field stays in every service if each has a part of its type', () => {
  const has = (part: string): string =>
    `${link} type Thing @key(fields: "id") { id: ID! size: Size @shareable } type Size { unit: Unit @shareable } type Unit { ${part}: Int }`
  const services = {
    things: `${link} type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! }`,
    one: has('width'),
    other: has('height'),
  }
  expect(stepsOf(services, '{ thing { size { unit { width height } } } }', true)).toBeGreaterThan(5)
})
