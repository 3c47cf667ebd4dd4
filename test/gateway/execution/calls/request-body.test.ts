import type { FetchNode } from '@apollo/query-planner'
import { expect, test } from '@jest/globals'
import { entityBody, requestBody } from '../../../../gateway/execution/calls/request-body.ts'

const fetch = (variableUsages: string[], operationName: string | undefined): FetchNode => ({
  kind: 'Fetch',
  serviceName: 's',
  operation: '{a}',
  operationKind: 'query' as never,
  operationName,
  variableUsages,
})

test('A request has the variables that it uses and the client set, by their names in the service', () => {
  const { bytes, representations } = requestBody(fetch(['a', 'b', 'c', 'representations_'], 'Q__s__0'), {
    a: null,
    b: { x: [1] },
    representations: 'mine',
    other: 1,
  })
  expect(representations).toBeUndefined()
  expect(bytes.toString()).toBe(
    '{"query":"{a}","operationName":"Q__s__0","variables":{"a":null,"b":{"x":[1]},"representations_":"mine"}}',
  )
})

test.each<[string, string[], Record<string, unknown>, string]>([
  ['no variable', [], {}, '{"query":"{a}","variables":{"representations":['],
  ['a variable', ['v'], {}, '{"query":"{a}","variables":{"v":"né","representations":['],
  ['a context', [], { c: 1 }, '{"query":"{a}","variables":{"c":1,"representations":['],
  ['both', ['v'], { c: null }, '{"query":"{a}","variables":{"v":"né","c":null,"representations":['],
])('A request for entities says where each stands in its bytes, with %s', (_what, names, context, head) => {
  const texts = ['{"id":"1"}', '{"id":"日本"}', '{"id":3}']
  const { bytes, representations = [] } = entityBody(fetch(names, undefined), { v: 'né' }, context, texts)
  expect(bytes.toString()).toBe(`${head}${texts.join()}]}}`)
  const places = Array.from({ length: representations.length / 2 }, (_each, index) =>
    bytes.subarray(representations[2 * index], representations[2 * index + 1]).toString(),
  )
  expect(places).toEqual(texts)
})
