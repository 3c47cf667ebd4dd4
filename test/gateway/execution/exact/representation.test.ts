import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { describe, expect, test } from '@jest/globals'
import { failureOf } from '../../../../gateway/execution/answer/failure.ts'
import { represent } from '../../../../gateway/execution/exact/representation.ts'
import { codedError } from '../../../../platform/protocol/errors.ts'
import { types } from '../support/selections.ts'

const field = (name: string, selections?: QueryPlanSelectionNode[], alias?: string): QueryPlanSelectionNode => ({
  kind: 'Field',
  name,
  ...(selections && { selections }),
  ...(alias !== undefined && { alias }),
})
const on = (typeCondition: string | undefined, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode =>
  ({ kind: 'InlineFragment', typeCondition, selections }) as QueryPlanSelectionNode
const fetch = (...requires: QueryPlanSelectionNode[]): FetchNode => ({
  kind: 'Fetch',
  serviceName: 's',
  operation: '{a}',
  operationKind: 'query' as never,
  operationName: undefined,
  requires,
})
const failure = failureOf(codedError('SERVICE_UNAVAILABLE', 'The service is away.'))
const textOf = (entity: Record<string, unknown>, node: FetchNode): string | undefined => {
  const { value, missing } = represent({ __typename: 'Book', ...entity }, node, types) ?? {}
  return missing?.size === 0 ? JSON.stringify(value) : undefined
}

describe('representation', () => {
  test('Inputs come from the fragments that fit the type, by their names in the service', () => {
    const node = fetch(
      on('Book', field('__typename'), field('id')),
      on(undefined, field('size', undefined, 'size_1')),
      on('Media', field('title')),
      on('Film', field('length')),
    )
    expect(textOf({ id: 1, size_1: 2, title: 'x', length: 3 }, node)).toBe(
      '{"__typename":"Book","id":1,"size":2,"title":"x"}',
    )
  })

  test('An object is sent with all that any field needs of it', () => {
    const node = fetch(on('Book', field('a', [field('b')]), field('a', [field('c', [field('d')])])))
    const a = [{ b: null, c: [[{ d: 1, e: 1 }], null], e: 1 }]
    expect(textOf({ a }, node)).toBe('{"a":[{"b":null,"c":[[{"d":1}],null]}]}')
  })

  test('Every missing input is reported with the failure that took it', () => {
    const node = fetch(on('Book', field('a'), field('b', [field('c')]), field('d'), field('toString')))
    const { missing } =
      represent({ __typename: 'Book', a: [1, failure], b: [{ c: failure }], d: null }, node, types) ?? {}
    expect(missing).toEqual(
      new Map([
        ['a', failure],
        ['b', failure],
        ['toString', undefined],
      ]),
    )
  })

  test('An object without a type, or without a key, is none to ask for', () => {
    const node = fetch(on('Book', field('id')))
    expect(represent({ id: 1 }, node, types)).toBeUndefined()
    expect(represent({ __typename: 'Book', id: 1 }, node, { ...types, isKey: () => false })).toBeUndefined()
  })

  test('The last rewrite that fits the type gives its name in the service', () => {
    const rewrite = (type: string, setValueTo: string) => ({
      kind: 'ValueSetter' as const,
      path: [`... on ${type}`, '__typename'],
      setValueTo,
    })
    const node = fetch(on('Book', field('__typename')))
    const inputRewrites = [rewrite('Book', 'Item'), rewrite('Media', 'Thing'), rewrite('Film', 'Other')]
    expect(textOf({}, { ...node, inputRewrites })).toBe('{"__typename":"Thing"}')
  })
})
