/**
 * Numbers that JSON text can say and JavaScript cannot hold: `1e400` is read as infinity, and must
 * not become `Infinity` or a silent `null`.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type AskedAnswer, type Federation, federate, type TestService } from './support/federation.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@requires", "@external", "@context", "@fromContext"])`

const club: TestService = {
  typeDefs: `${link}
    scalar Json
    type Query { member: Member float: Float strict: Float! int: Int id: ID list: [Float] json(value: Json): Json grid: [[Json]] }
    type Member @key(fields: "id") @context(name: "member") { id: ID! height: Float extra: Json next: Member desk: Desk }
    type Desk @key(fields: "id") { id: ID! }
    type Subscription { ticked: Float }`,
  resolvers: { Query: { json: (_: unknown, { value }: { value: unknown }) => value } },
}
const desk: TestService = {
  typeDefs: `${link}
    scalar Json
    type Member @key(fields: "id") {
      id: ID!
      height: Float @external
      extra: Json @external
      size: String @requires(fields: "height")
      summary: String @requires(fields: "extra")
      plain: String
    }`,
  resolvers: {
    Member: { __resolveReference: (sent: object) => sent, size: () => 'x', summary: () => 'y', plain: () => 'z' },
  },
}

let federation: Federation
beforeAll(async () => {
  federation = await federate({ club, desk })
})
afterAll(() => federation.close())
beforeEach(() => {
  federation.instead = undefined
})

const answers = (data: string): void => {
  federation.instead = `{"data":${data}}`
}
const told = ({ errors }: AskedAnswer): string[] =>
  errors.map(({ path, extensions }) => `${path?.join('.') ?? '-'} ${String(extensions['code'])}`)

describe('numbers from a service', () => {
  test.each([
    ['{ float }', '{"float":1e400}', { float: null }, ['float INTERNAL']],
    ['{ float }', '{"float":-1e400}', { float: null }, ['float INTERNAL']],
    ['{ strict }', '{"strict":1e400}', null, ['strict INTERNAL']],
    ['{ int }', '{"int":1e400}', { int: null }, ['int INTERNAL']],
    ['{ id }', '{"id":1e400}', { id: null }, ['id INTERNAL']],
    ['{ list }', '{"list":[1.5,1e999,2]}', { list: [1.5, null, 2] }, ['list.1 INTERNAL']],
    ['{ json }', '{"json":1e400}', { json: null }, ['json INTERNAL']],
    ['{ json float }', '{"json":{"a":[{"b":1e400}]},"float":1}', { json: null, float: 1 }, ['json INTERNAL']],
    ['{ json }', `{"json":{"__proto__":1e${'9'.repeat(400)}}}`, { json: null }, ['json INTERNAL']],
    ['{ grid }', '{"grid":[[1,[1e400]],[{"a":1e308}]]}', { grid: [[1, null], [{ a: 1e308 }]] }, ['grid.0.1 INTERNAL']],
    ['{ json }', `{"json":${'9'.repeat(400)}}`, { json: null }, ['json INTERNAL']],
    ['{ json }', `{"json":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, { json: null }, ['json INTERNAL']],
  ])('A number that is not finite is null with an error at its field: %# %s', async (query, data, expected, errors) => {
    answers(data)
    const answer = await federation.ask(query)
    expect([answer.data, told(answer)]).toEqual([expected, errors])
  })

  test('A number that is not finite adds its error to those of the service', async () => {
    federation.instead = `{"data":{"float":1e400,"json":${'['.repeat(100_000)}${']'.repeat(100_000)},"int":null},"errors":[{"message":"No.","path":["int"]}]}`
    const answer = await federation.ask('{ float json int }')
    expect([answer.data, told(answer)]).toEqual([
      { float: null, json: null, int: null },
      ['float INTERNAL', 'json INTERNAL', 'int INTERNAL'],
    ])
  })
})

describe('digits of a number', () => {
  test.each([
    ['{ float }', '{"float":1.10}'],
    ['{ float }', '{"float":12345678901234567890.000000000000000001}'],
    ['{ float strict }', '{"float":1e-7,"strict":-0.0}'],
    ['{ list }', '{"list":[1.0,1E2,9007199254740993,0.1]}'],
    ['{ int }', '{"int":1.0}'],
    ['{ int }', '{"int":-2147483648.00}'],
    ['{ id }', '{"id":12345678901234567890}'],
    ['{ id }', `{"id":${'9'.repeat(400)}}`],
    ['{ json }', '{"json":{"a":[1.10,{"b":12345678901234567890}],"c":1e308}}'],
    ['{ grid }', '{"grid":[[1.0,[1e2]],[{"a":1.50}]]}'],
  ])('They arrive as the service wrote them: %s', async (query, data) => {
    answers(data)
    const { text, errors } = await federation.ask(query)
    expect([text, errors]).toEqual([data, []])
  })

  test.each([
    ['{ int }', '{"int":1.5}'],
    ['{ int }', '{"int":2147483648.0}'],
    ['{ int }', '{"int":12345678901234567890}'],
    ['{ id }', '{"id":1.50}'],
    ['{ id }', '{"id":1e30}'],
    ['{ member { id } }', '{"member":1.10}'],
    ['{ member { __typename } }', '{"member":1.10}'],
    ['{ list }', '{"list":1.10}'],
  ])('A number of another type is null with an error: %s %s', async (query, data) => {
    answers(data)
    const { text, errors } = await federation.ask(query)
    const [field = ''] = Object.keys(JSON.parse(data) as object)
    expect([text, errors.map(({ path }) => path)]).toEqual([`{"${field}":null}`, [[field]]])
  })

  test('The digits of a number reach another service unchanged', async () => {
    federation.calls.length = 0
    answers('{"member":{"__typename":"Member","id":"1","height":1.10,"extra":{"a":12345678901234567890}}}')
    await federation.ask('{ member { size summary } }')
    expect(federation.calls.at(-1)?.text).toContain(
      '[{"__typename":"Member","id":"1","extra":{"a":12345678901234567890},"height":1.10}]',
    )
  })
})

describe('inputs of another service', () => {
  const sent = (): unknown =>
    federation.calls.findLast(({ service }) => service === 'desk')?.variables['representations']
  const member = '"__typename":"Member","id":"1"'
  beforeEach(() => {
    federation.calls.length = 0
  })

  test.each([
    [
      'a number that is not finite',
      '"height":1e400,"extra":{"a":1}',
      ['member.height INTERNAL', 'member.size INTERNAL'],
      'summary',
      { id: '1', extra: { a: 1 } },
    ],
    [
      'a value that nests without end',
      `"height":1,"extra":${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      ['member.extra INTERNAL', 'member.summary INTERNAL'],
      'size',
      { id: '1', height: 1 },
    ],
    [
      'one inside a value',
      '"height":1,"extra":[{"a":1e400}]',
      ['member.extra INTERNAL', 'member.summary INTERNAL'],
      'size',
      { id: '1', height: 1 },
    ],
  ])(
    'No other service is sent %s: only the fields that need it are lost',
    async (_what, fields, errors, kept, representation) => {
      answers(`{"member":{${member},${fields}}}`)
      const answer = await federation.ask('{ member { height extra size summary plain } }')
      expect(told(answer).sort()).toEqual(errors)
      expect(answer.data?.['member']).toMatchObject({ plain: 'z', [kept]: expect.any(String) as unknown })
      expect(sent()).toEqual([{ __typename: 'Member', ...representation }])
    },
  )
})

test.each([
  ['a scalar', '1e400'],
  ['inside one', '{"a":[1e400]}'],
])('A variable that is not finite is refused: %s', async (_what, value) => {
  const asked = federation.ask(
    'query ($value: Json) { json(value: $value) }',
    JSON.parse(`{"value":${value}}`) as object & Record<string, unknown>,
  )
  await expect(asked).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
})
