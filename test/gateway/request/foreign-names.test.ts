/** A whole gateway over services whose names are all properties that JavaScript objects inherit. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { own } from '../../../platform/data/own.ts'
import { readBody } from '../../../platform/http/message/body.ts'
import { startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { startSubgraph, type TestSubgraph } from '../../support/subgraph.ts'

const names = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @constructor(toString: Int) on FIELD
  scalar valueOf
  type Query { constructor: constructor toString(valueOf: valueOf): valueOf hasOwnProperty(isPrototypeOf: isPrototypeOf!): String }
  type Mutation { toString(valueOf: String): String }
  input isPrototypeOf { constructor: String toString: Int valueOf: propertyIsEnumerable }
  enum propertyIsEnumerable { constructor valueOf }
  type constructor @key(fields: "constructor") { constructor: ID! isPrototypeOf: propertyIsEnumerable }`

const more = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @constructor(toString: Int) on FIELD
  scalar valueOf
  type constructor @key(fields: "constructor") { constructor: ID! hasOwnProperty: String toString: valueOf }`

const HOSTILE = '{"__proto__":{"constructor":[1],"__proto__":null},"toString":{"valueOf":true},"constructor":"x"}'

let services: TestSubgraph[]
let gateway: TestGateway
beforeAll(async () => {
  const first = await startSubgraph({
    sdl: names,
    resolvers: {
      Query: {
        constructor: () => ({ constructor: '1', isPrototypeOf: 'constructor' }),
        toString: (_: unknown, given: Record<string, unknown>) => own(given, 'valueOf') ?? JSON.parse(HOSTILE),
      },
      Mutation: { toString: (_: unknown, given: Record<string, unknown>) => own(given, 'valueOf') },
    } as never,
  })
  const second = await startSubgraph({
    sdl: more,
    resolvers: {
      constructor: {
        __resolveReference: (sent: { constructor: string }) =>
          sent.constructor === '1' ? { ...sent, hasOwnProperty: 'own', toString: JSON.parse(HOSTILE) } : null,
      },
    } as never,
  })
  services = [first, second]
  gateway = await startTestGateway({
    services: [
      { name: 'constructor', sdl: names, url: first.url },
      { name: 'toString', sdl: more, url: second.url },
    ],
    env: { STATELESS: 'toString' },
  })
})
afterAll(async () => {
  await gateway?.stop()
  await Promise.all(services.map((service) => service.close()))
})

/**
 * The text of an answer to a request given as text: an object literal would lose names like
 * `__proto__`.
 */
async function answerText(body: string): Promise<string> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return response.text()
}
const request = (query: string, variables = '{}', rest = ''): string =>
  `{"query":${JSON.stringify(query)},"variables":${variables}${rest}}`

describe('inherited names', () => {
  test.each([
    [
      'of types, fields and enum values, over two services',
      request('{ constructor { constructor isPrototypeOf hasOwnProperty toString } }'),
      `{"data":{"constructor":{"constructor":"1","isPrototypeOf":"constructor","hasOwnProperty":"own","toString":${HOSTILE}}}}`,
    ],
    [
      'of aliases, fragments, directives and the operation',
      request(
        'query constructor { __proto__: constructor { ...toString } } fragment toString on constructor { valueOf: constructor @constructor(toString: 1) toString: __typename }',
        '{}',
        ',"operationName":"constructor"',
      ),
      '{"data":{"__proto__":{"valueOf":"1","toString":"constructor"}}}',
    ],
    [
      'of arguments and variables',
      request(
        'query ($__proto__: valueOf, $constructor: valueOf) { a: toString(valueOf: $__proto__) b: toString(valueOf: $constructor) }',
        `{"__proto__":1,"constructor":${HOSTILE}}`,
      ),
      `{"data":{"a":1,"b":${HOSTILE}}}`,
    ],
    [
      'of variables that are not given',
      request(
        'query ($constructor: valueOf, $__proto__: Boolean = true) { a: toString(valueOf: $constructor) @include(if: $__proto__) b: toString @skip(if: $__proto__) }',
      ),
      `{"data":{"a":${HOSTILE}}}`,
    ],
    [
      'of conditions',
      request(
        'query ($__proto__: Boolean!) { a: toString(valueOf: 1) @include(if: $__proto__) }',
        '{"__proto__":true}',
      ),
      '{"data":{"a":1}}',
    ],
    ['of mutations', request('mutation { toString(valueOf: "x") }'), '{"data":{"toString":"x"}}'],
  ])('A name that every JavaScript object has works like any other: %s', async (_what, body, answer) => {
    // The second time, the document is known and the stateless service's answer is cached.
    expect([await answerText(body), await answerText(body)]).toEqual([answer, answer])
  })

  test('Input fields may have inherited names, given or not', async () => {
    const [service] = services as [TestSubgraph]
    // graphql-js in a service would take an inherited property for a given field: this service only
    // records.
    let received = ''
    service.misbehave(async (call, response) => {
      received = (await readBody(call, 10_000)).toString()
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"hasOwnProperty":"ok"}}')
      return true
    })
    const query = 'query ($valueOf: isPrototypeOf!) { hasOwnProperty(isPrototypeOf: $valueOf) }'
    const text = await answerText(request(query, '{"valueOf":{"valueOf":"constructor"}}'))
    service.misbehave(undefined)
    expect([text, received]).toEqual([
      '{"data":{"hasOwnProperty":"ok"}}',
      expect.stringContaining('"variables":{"valueOf":{"valueOf":"constructor"}}'),
    ])
  })

  test('Services may have inherited names, in the status and the metrics', async () => {
    const status = (await (await fetch(`${gateway.adminUrl}/services`)).json()) as { name: string; kind: string }[]
    expect(status.map(({ name, kind }) => [name, kind])).toEqual([
      ['constructor', 'stateful'],
      ['toString', 'stateless'],
    ])
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    expect(metrics).toContain('service="constructor"')
    expect(metrics).toContain('service="toString"')
  })
})
