import type { FetchNode } from '@apollo/query-planner'
import { describe, expect, test } from '@jest/globals'
import { failureOf } from '../../../../gateway/execution/answer/failure.ts'
import { entityRequests } from '../../../../gateway/execution/exact/entity-request.ts'
import type { TypeRelations } from '../../../../gateway/execution/plan/type-relations.ts'
import { codedError } from '../../../../platform/protocol/errors.ts'
import { types as relations } from '../support/selections.ts'

const failure = failureOf(codedError('SERVICE_UNAVAILABLE', 'The service is away.'))
const needs = new Map([
  ['heavy', ['grams']],
  ['large', ['size_1']],
  ['huge', ['size_2', 'grams']],
])
const types: TypeRelations = {
  ...relations,
  inputsOf: (_service, _type, field) => needs.get(field) ?? [],
  isKey: (_service, _type, fields) => fields.includes('id'),
}

const fetch = (fields: string, inputs: readonly (string | [name: string, alias: string])[]): FetchNode => ({
  kind: 'Fetch',
  serviceName: 's',
  operation: `query Q__s__1($representations:[_Any!]!,$unit:String){_entities(representations:$representations){...on Book{${fields}}}}`,
  operationName: 'Q__s__1',
  operationKind: 'query' as never,
  variableUsages: ['unit'],
  requires: [
    {
      kind: 'InlineFragment',
      typeCondition: 'Book',
      selections: ['__typename', 'id', ...inputs].map((input) =>
        typeof input === 'string' ? { kind: 'Field', name: input } : { kind: 'Field', name: input[0], alias: input[1] },
      ),
    },
  ],
})

const asked = (node: FetchNode, entity: Record<string, unknown>): string[] =>
  entityRequests(node, types).flatMap((request) => {
    const found = request.for(entity)
    if (!found) return []
    const { operation, variableUsages = [] } = found.request.node
    const [head = '', fields] = operation.split('{_entities(representations:$representations)')
    return `${head.slice('query Q__s__1'.length)} ${fields} [${variableUsages.join()}] ${JSON.stringify(found.representation)}`
  })

describe('request for an entity', () => {
  const node = fetch('title heavy(in:$unit)', ['grams'])

  test('The request for an entity has all fields if no input is missing', () => {
    expect(asked(node, { __typename: 'Book', id: 1, grams: 2 })).toEqual([
      '($representations:[_Any!]!,$unit:String) {...on Book{title heavy(in:$unit)}}} [unit] {"__typename":"Book","id":1,"grams":2}',
    ])
  })

  test('Without an input it asks for what does not need it, and without its variables', () => {
    const entity = { __typename: 'Book', id: 1, grams: failure }
    expect(asked(node, entity)).toEqual([
      '($representations:[_Any!]!) {...on Book{title}}} [] {"__typename":"Book","id":1}',
    ])
    expect(entity).toEqual({ __typename: 'Book', id: 1, grams: failure, heavy: failure })
  })

  test('If every field needs a missing value, no request is made', () => {
    const entity = { __typename: 'Book', id: 1 }
    expect(asked(fetch('heavy', ['grams']), entity)).toEqual([])
    expect(entity).toEqual({ __typename: 'Book', id: 1 })
  })

  test('A key that failed costs everything', () => {
    const entity = { __typename: 'Book', id: failure, grams: 2 }
    expect(asked(node, entity)).toEqual([])
    expect(entity).toMatchObject({ title: failure, heavy: failure })
  })

  test('One name for two inputs takes two requests', () => {
    const two = fetch('title large huge heavy', [['size', 'size_1'], ['size', 'size_2'], 'grams'])
    expect(asked(two, { __typename: 'Book', id: 1, size_1: 'x', size_2: 'y', grams: 2 })).toEqual([
      '($representations:[_Any!]!) {...on Book{title large heavy}}} [] {"__typename":"Book","id":1,"size":"x","grams":2}',
      '($representations:[_Any!]!) {...on Book{huge}}} [] {"__typename":"Book","id":1,"size":"y","grams":2}',
    ])
  })
})
