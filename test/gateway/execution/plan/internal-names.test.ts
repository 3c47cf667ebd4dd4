import { expect, test } from '@jest/globals'
import { buildSchema, type FieldNode, Kind, parse } from 'graphql'
import { createInternalNames } from '../../../../gateway/execution/plan/internal-names.ts'

const field = buildSchema('type Query { f(at: Int): Int }').getQueryType()?.getFields()['f']

const fieldsOf = (text: string): readonly FieldNode[] =>
  parse(text).definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION
      ? node.selectionSet.selections.filter(({ kind }) => kind === Kind.FIELD)
      : [],
  ) as FieldNode[]

test('One field under many names is named in time linear in their number', () => {
  let lookups = 0
  class Counting extends Set<string> {
    override has(name: string): boolean {
      lookups += 1
      return super.has(name)
    }
  }
  const names = createInternalNames(new Counting(['f', 'f_7']), new Set())
  const nodes = fieldsOf(`{ ${Array.from({ length: 1_000 }, (_, at) => `a${at}: f(at: ${at})`).join(' ')} }`)
  if (!field) throw new Error('no field')
  const assigned = nodes.map((node) => names.assign(node, field))
  expect(new Set(assigned).size).toBe(1_000)
  expect(assigned).not.toContain('f_7')
  expect(lookups).toBeLessThan(2_000)
})
