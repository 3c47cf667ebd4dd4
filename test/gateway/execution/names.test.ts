import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Federation, federate } from './support/federation.ts'
import { club, desk } from './support/members.ts'

let federation: Federation
beforeAll(async () => {
  federation = await federate({ club, desk })
})
afterAll(() => federation.close())

const dataOf = async (query: string, variables = {}): Promise<unknown> => (await federation.ask(query, variables)).data

describe('aliases', () => {
  test('An alias is never taken for a key', async () => {
    expect(await dataOf('{ me { id: email greeting } }')).toEqual({ me: { id: 'ada@x', greeting: 'hello 1' } })
  })

  test('An alias never forges an input of @requires', async () => {
    expect(await dataOf('{ members { level: secretLevel id mayVote } }')).toEqual({
      members: [
        { level: null, id: '1', mayVote: true },
        { level: null, id: '2', mayVote: false },
      ],
    })
  })

  test('An alias may be __typename, and __typename may have an alias', async () => {
    const data = await dataOf('{ me { __typename: email kind: __typename greeting } root: __typename }')
    expect(data).toEqual({ me: { __typename: 'ada@x', kind: 'Member', greeting: 'hello 1' }, root: 'Query' })
  })

  test('An alias may be a name that JavaScript objects inherit', async () => {
    const { data } = await federation.ask('{ me { __proto__: email constructor: id toString: greeting } }')
    expect(JSON.stringify(data)).toBe('{"me":{"__proto__":"ada@x","constructor":"1","toString":"hello 1"}}')
    expect(({} as Record<string, unknown>)['email']).toBeUndefined()
  })

  test('Aliases keep fields with different arguments apart', async () => {
    const data = await dataOf(
      'query ($l: String) { me { greeting a: greeting(language: "hoi") b: greeting(language: $l) } }',
      { l: 'salut' },
    )
    expect(data).toEqual({ me: { greeting: 'hello 1', a: 'hoi 1', b: 'salut 1' } })
  })

  test("The path of an error holds the alias, not the engine's internal name", async () => {
    const { data, errors } = await federation.ask('{ us: members { a: forbidden b: locker { c: key } } }')
    expect(data).toEqual({
      us: [
        { a: null, b: null },
        { a: null, b: null },
      ],
    })
    expect(errors.map(({ path }) => path?.join('.')).sort()).toEqual(['us.0.a', 'us.0.b.c', 'us.1.a', 'us.1.b.c'])
  })
})

test('A client variable may have a name that the planner uses', async () => {
  const query =
    'query ($representations: String, $contextualArgument_1_0: String) { me { greeting(language: $representations) x: greeting(language: $contextualArgument_1_0) } }'
  const data = await dataOf(query, { representations: 'mine', contextualArgument_1_0: 'too' })
  expect(data).toEqual({ me: { greeting: 'mine 1', x: 'too 1' } })
})

test('A variable default applies to a missing value, and null is not missing', async () => {
  const query = 'query ($l: String = "hej") { me { greeting(language: $l) } }'
  expect(await dataOf(query)).toEqual({ me: { greeting: 'hej 1' } })
  expect(await dataOf(query, { l: null })).toEqual({ me: { greeting: 'hello 1' } })
})

test('A condition on one field takes no input from another', async () => {
  const query = 'query ($yes: Boolean!) { me { mayVote @skip(if: $yes) } members { mayVote level @include(if: $yes) } }'
  expect(await dataOf(query, { yes: true })).toEqual({
    me: {},
    members: [
      { mayVote: true, level: 7 },
      { mayVote: false, level: 2 },
    ],
  })
  expect(await dataOf(query, { yes: false })).toEqual({
    me: { mayVote: true },
    members: [{ mayVote: true }, { mayVote: false }],
  })
})

test('A wrong variable is refused before any service is called', async () => {
  federation.calls.length = 0
  const asked = federation.ask('query ($yes: Boolean!) { me { id @skip(if: $yes) } }', { yes: 'maybe' })
  await expect(asked).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
  expect(federation.calls).toEqual([])
})

test('Introspection is answered from the public schema, beside data and under aliases', async () => {
  const data = await dataOf(
    'query ($n: String!) { s: __schema { queryType { name } } t: __type(name: $n) { n: name } ...F me { id } } fragment F on Query { s: __schema { m: mutationType { name } } }',
    { n: 'Locker' },
  )
  expect(data).toEqual({
    s: { queryType: { name: 'Query' }, m: { name: 'Mutation' } },
    t: { n: 'Locker' },
    me: { id: '1' },
  })
})
