import type { FetchNode } from '@apollo/query-planner'
import { expect, test } from '@jest/globals'
import { type Selection, selectionOf } from '../../../../gateway/execution/calls/selection.ts'

const fetch = (operation: string, extra: Partial<FetchNode> = {}): FetchNode => ({
  kind: 'Fetch',
  serviceName: 's',
  operation,
  operationKind: 'query' as never,
  operationName: undefined,
  ...extra,
})

/** Fields as `answered>name@types`, and what all fields of one name have below them in brackets. */
const text = ({ fields, answered }: Selection): string =>
  [
    ...fields.map(({ answered: key, name, on }) =>
      [key, name === key ? '' : `>${name}`, ...on.map((type) => `@${type}`)].join(''),
    ),
    ...Array.from(answered, ([key, { below }]) => (below ? `${key}[${text(below)}]` : '')),
  ]
    .filter((part) => part !== '')
    .join(' ')

test('Fields are read with the types they are asked of, and with all that is asked below one name', () => {
  const operation = '{ a ... on X { b { c } ... on Y { d: e } } ... on Z { b { c f { g } } ... { h } } }'
  expect(text(selectionOf(fetch(operation)))).toBe('a b@X d@X@Y b@Z h@Z b[c c f f[g]]')
})

test('The selection of an entity fetch is that of each entity', () => {
  const operation = '{ _entities(representations: []) { ... on X { a } ... on Y { b { c } } } }'
  expect(text(selectionOf(fetch(operation, { requires: [] })))).toBe('a@X b@Y b[c]')
})

test("The planner's aliases end where the data begins", () => {
  const rename = (renameKeyTo: string, ...path: string[]) => ({ kind: 'KeyRenamer' as const, path, renameKeyTo })
  const outputRewrites = [
    rename('b', '... on X', 'b__alias_0'),
    rename('c', '... on X', 'b__alias_0', '... on Y', 'c__alias_1'),
  ]
  const fields = '... on X { b__alias_0: b { c c__alias_1: c } } a { b__alias_0 }'
  const expected = 'b__alias_0>b@X a b__alias_0[c c__alias_1>c] a[b__alias_0]'
  expect(text(selectionOf(fetch(`{ ${fields} }`, { outputRewrites })))).toBe(expected)
  const entities = `{ _entities(representations: []) { ${fields} } }`
  expect(text(selectionOf(fetch(entities, { outputRewrites, requires: [] })))).toBe(expected)
})
