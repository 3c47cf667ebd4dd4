import { expect, test } from '@jest/globals'
import { Kind, parse } from 'graphql'
import { withFewerWays } from '../../../../gateway/execution/plan/fewer-ways.ts'
import { type Likeness, manyWays } from './many-ways.ts'

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
