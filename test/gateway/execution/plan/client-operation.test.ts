import { expect, test } from '@jest/globals'
import { buildSchema, parse } from 'graphql'
import { clientOperation } from '../../../../gateway/execution/plan/client-operation.ts'

const schema = buildSchema(`
  directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
  type Query { a: Int peer: Query }`)

test('An operation has the fragments that it uses, and none of another operation of the document', () => {
  const document = parse(`
    query One { peer { ...Outer } }
    query Other($if: Boolean!) { peer { ...Foreign } }
    fragment Inner on Query { a }
    fragment Outer on Query { peer { ...Inner ... on Query { ...Inner } } }
    fragment Foreign on Query { ...Inner ... @defer(if: $if) { a @skip(if: $if) } }`)
  const [one, other] = ['One', 'Other'].map((name) => clientOperation(schema, document, name))
  expect([...(one?.fragments.keys() ?? [])].sort()).toEqual(['Inner', 'Outer'])
  expect([one?.conditions, one?.defers]).toEqual([[], false])
  expect([...(other?.fragments.keys() ?? [])].sort()).toEqual(['Foreign', 'Inner'])
  expect([other?.conditions, other?.defers]).toEqual([['if'], true])
})
