import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type AskedAnswer, type Federation, federate } from './support/federation.ts'
import { club, desk } from './support/members.ts'

let federation: Federation
beforeAll(async () => {
  federation = await federate({ club, desk })
})
afterAll(() => federation.close())
beforeEach(() => {
  federation.down.clear()
  federation.instead = undefined
})

const told = ({ errors }: AskedAnswer): string[] =>
  errors.map((error) => `${error.path?.join('.') ?? '-'} ${String(error.extensions['code'])} ${error.message}`)

describe('unavailable service', () => {
  test('An unavailable service costs its own fields, each with a code and a path', async () => {
    federation.down.add('desk')
    const answer = await federation.ask('{ members { id mayVote } }')
    expect(answer.data).toEqual({
      members: [
        { id: '1', mayVote: null },
        { id: '2', mayVote: null },
      ],
    })
    expect(told(answer)).toEqual([
      'members.0.mayVote SERVICE_UNAVAILABLE The service is away.',
      'members.1.mayVote SERVICE_UNAVAILABLE The service is away.',
    ])
    expect(answer.errors[0]?.extensions['service']).toBe('desk')
  })

  test('A lost field that may not be null nulls its nearest nullable parent', async () => {
    federation.down.add('desk')
    const answer = await federation.ask('{ me { id fragile } }')
    expect([answer.data, told(answer)]).toEqual([{ me: null }, ['me.fragile SERVICE_UNAVAILABLE The service is away.']])
  })

  test('Fields that need an unavailable service are lost, and the others are not', async () => {
    // The level cannot be read; the greeting needs only the key.
    const answer = await federation.ask('{ broken { id level mayVote greeting } }')
    expect(answer.data).toEqual({ broken: { id: '1', level: null, mayVote: null, greeting: 'hello 1' } })
    expect(told(answer)).toEqual(['broken.level INTERNAL Internal error.', 'broken.mayVote INTERNAL Internal error.'])
  })
})

describe('service errors', () => {
  test('A coded error is passed on without internals of the service', async () => {
    const answer = await federation.ask('{ me { forbidden fragile } }')
    expect(told(answer)).toEqual(['me.forbidden FORBIDDEN Not for you.', 'me.fragile INTERNAL Internal error.'])
    expect(JSON.stringify(answer.errors)).not.toMatch(/hunter2|secret\.ts|10\.0\.0\.7/)
  })

  test('An error without a path is passed on without one', async () => {
    federation.instead = {
      data: { me: { __typename: 'Member', id: '1' } },
      errors: [{ message: 'Slow down.', extensions: { code: 'BUDGET_EXHAUSTED' } }],
    }
    const answer = await federation.ask('{ me { id } }')
    expect([answer.data, told(answer)]).toEqual([{ me: { id: '1' } }, ['- BUDGET_EXHAUSTED Slow down.']])
  })
})

test.each([
  ['no data and no errors', {}],
  ['null', { data: null }],
  ['data of another form', { data: { me: 'text' } }],
  ['a list for an object', { data: { me: [{ id: '1' }] } }],
  ['an object of another type', { data: { me: { __typename: 'Locker', id: '1' } } }],
  ['lists without end', `{"data":{"me":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`],
])('An answer with %s becomes null with an error, never wrong data', async (_what, instead) => {
  federation.instead = instead
  const answer = await federation.ask('{ me { email } }')
  expect([answer.data, told(answer).length]).toEqual([{ me: null }, 1])
})

test('A value of the wrong type becomes null with an error', async () => {
  federation.instead = { data: { me: { __typename: 'Member', id: '1', email: { not: 'text' }, level: 1.5 } } }
  const answer = await federation.ask('{ me { id email level } }')
  expect(answer.data).toEqual({ me: { id: '1', email: null, level: null } })
  expect(answer.errors.map(({ path }) => path?.join('.'))).toEqual(['me.email', 'me.level'])
})

test('An entity its service does not know is null without an error', async () => {
  federation.instead = { data: { me: { __typename: 'Member', id: '404', level: 1 } } }
  const answer = await federation.ask('{ me { id greeting mayVote } }')
  expect([answer.data, answer.errors]).toEqual([{ me: { id: '404', greeting: null, mayVote: null } }, []])
})

test('A null entity nulls its parent where it may not be null, without an error', async () => {
  federation.instead = { data: { me: { __typename: 'Member', id: '404' } } }
  const answer = await federation.ask('{ me { id fragile } }')
  expect([answer.data, answer.errors]).toEqual([{ me: null }, []])
})

test('An answer with fewer entities than requested is refused', async () => {
  federation.instead = (service) => (service === 'desk' ? { data: { _entities: [] } } : undefined)
  const answer = await federation.ask('{ members { greeting } }')
  expect(answer.data).toEqual({ members: [{ greeting: null }, { greeting: null }] })
  expect(told(answer)[0]).toBe('members.0.greeting INTERNAL Internal error.')
})

test("Mutations run one after the other in the client's order, each as often as requested", async () => {
  const log: string[] = []
  const query = 'mutation { a: join(name: "x") b: note(text: "y") c: join(name: "x") leave d: note(text: "z") }'
  expect((await federation.ask(query, {}, log)).data).toEqual({ a: 1, b: 2, c: 3, leave: 4, d: 5 })
  expect(log).toEqual(['x', 'y', 'x', 'leave', 'z'])
})

test('An entity needed in many places is fetched once', async () => {
  federation.calls.length = 0
  await federation.ask('{ a: members { greeting } b: members { greeting } me { greeting } }')
  const [call, ...more] = federation.calls.filter(({ service }) => service === 'desk')
  expect([call?.variables['representations'], more]).toEqual([
    [
      { __typename: 'Member', id: '1' },
      { __typename: 'Member', id: '2' },
    ],
    [],
  ])
})
