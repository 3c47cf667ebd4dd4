/**
 * Fields that did not fail, but whose values a service took back with those that did: `data: null`,
 * or an object that is null for one of its fields.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ParsedAnswer } from '../../../gateway/traffic/call/send.ts'
import { type AskedAnswer, type Federation, federate, type TestService } from './support/federation.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`

const club: TestService = {
  typeDefs: `${link}
    type Query {
      a: Int b: Int strict: Int! list: [Int!] box: Box sealed: Box! thing: Thing things: [Thing!] shared: Shared @shareable
    }
    type Shared @shareable { ofClub: Int below: Shared }
    type Mutation { a: Int b: Int strict: Int! rigid: Int! }
    type Box @key(fields: "id") { id: ID! }
    type Thing { left: Side right: Side }
    interface Side { name: String }
    type Wall implements Side { name: String }`,
  resolvers: {},
}
const desk: TestService = {
  typeDefs: `${link}
    type Query { other: Int shared: Shared @shareable }
    type Shared @shareable { ofDesk: Int below: Shared }
    type Box @key(fields: "id") { id: ID! x: Int y: Int z: Int! }`,
  resolvers: { Query: { other: () => 1 }, Box: { __resolveReference: (sent: object) => sent } },
}

let federation: Federation
beforeAll(async () => {
  federation = await federate({ club, desk })
})
afterAll(() => federation.close())
beforeEach(() => {
  federation.instead = undefined
})

const LOST =
  'INTERNAL The service reported no error of this field: its value was lost with that of another field, which failed.'
const no = (...path: (string | number)[]) => ({ message: 'No.', path, extensions: { code: 'FORBIDDEN' } })
const told = ({ errors }: AskedAnswer): string[] =>
  errors.map(({ path, extensions, message }) => `${path?.join('.') ?? '-'} ${String(extensions['code'])} ${message}`)

describe('`data: null` from a service', () => {
  test.each<[string, string, (string | number)[], string[]]>([
    ['mutation { a b }', 'b', ['b'], ['b FORBIDDEN No.', `a ${LOST}`]],
    ['mutation { b a }', 'b', ['b'], ['b FORBIDDEN No.', `a ${LOST}`]],
    ['mutation { first: a second: b }', 'b under an alias', ['b'], [`second FORBIDDEN No.`, `first ${LOST}`]],
    ['mutation { a strict }', 'one that may not be null', ['strict'], ['strict FORBIDDEN No.']],
    ['mutation { rigid strict }', 'the second of two that may not be null', ['strict'], ['strict FORBIDDEN No.']],
    ['{ a b strict }', 'one that may not be null', ['strict'], ['strict FORBIDDEN No.']],
    [
      '{ a thing { left { name } } }',
      'a field further down',
      ['thing', 'left'],
      ['thing.left FORBIDDEN No.', `a ${LOST}`],
    ],
  ])('A service that answers %s with null data blames %s alone', async (query, _which, path, expected) => {
    federation.instead = { data: null, errors: [no(...path)] }
    const answer = await federation.ask(query)
    expect(told(answer)).toEqual(expected)
  })

  test('All fields are blamed where the errors name none, or one that was not requested', async () => {
    for (const error of [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }, no('elsewhere'), no(0)]) {
      federation.instead = { data: null, errors: [error] }
      const answer = await federation.ask('{ a b }')
      expect([answer.data, told(answer)]).toEqual([{ a: null, b: null }, ['a FORBIDDEN No.', 'b FORBIDDEN No.']])
    }
  })

  test('Null data from one service keeps what other services gave', async () => {
    federation.instead = { data: null, errors: [no('b')] }
    const answer = await federation.ask('{ a b other }')
    expect([answer.data, told(answer)]).toEqual([{ a: null, b: null, other: 1 }, ['b FORBIDDEN No.', `a ${LOST}`]])
  })
})

describe('entity lost to one field', () => {
  const answers = (data: Required<ParsedAnswer>['data'], error: ReturnType<typeof no>) => {
    federation.instead = (service) =>
      service === 'desk'
        ? { data, errors: [error] }
        : { data: { box: { __typename: 'Box', id: '1' }, sealed: { __typename: 'Box', id: '2' } } }
  }

  test('The error that nulls an entity blames its field alone', async () => {
    answers({ _entities: [null] }, no('_entities', 0, 'x'))
    const answer = await federation.ask('{ box { id x y } }')
    expect([answer.data, told(answer)]).toEqual([
      { box: { id: '1', x: null, y: null } },
      ['box.x FORBIDDEN No.', `box.y ${LOST}`],
    ])
  })

  test('The sibling fields of a null entity add no errors', async () => {
    answers({ _entities: [null] }, no('_entities', 0, 'z'))
    const answer = await federation.ask('{ box { id x y z } }')
    expect([answer.data, told(answer)]).toEqual([{ box: null }, ['box.z FORBIDDEN No.']])
  })

  test('An error for one entity blames that entity alone where the whole list is null', async () => {
    for (const data of [null, { _entities: null }]) {
      answers(data, no('_entities', 1, 'y'))
      const answer = await federation.ask('{ box { x y } sealed { x y } }')
      expect(told(answer)).toEqual(['sealed.y FORBIDDEN No.', `box.x ${LOST}`, `box.y ${LOST}`, `sealed.x ${LOST}`])
    }
  })
})

describe('object that two services give together', () => {
  const shared = { ofClub: 1, ofDesk: 2, below: { ofClub: 1, ofDesk: 2 } }
  const query = '{ shared { ofClub ofDesk below { ofClub ofDesk } } }'

  test.each([
    ['club', 'ofClub', 'without data', { data: null, errors: [no('elsewhere')] }],
    ['desk', 'ofDesk', 'without data', { data: null, errors: [no('elsewhere')] }],
    ['club', 'ofClub', 'in the object', { data: { shared: null }, errors: [no('shared')] }],
    ['desk', 'ofDesk', 'in the object', { data: { shared: null }, errors: [no('shared')] }],
  ])(
    'What %s does not give of it, %s, has an error where it fails %s, whoever answers first',
    async (failing, field, _how, failure) => {
      federation.instead = (service) => (service === failing ? failure : { data: { shared } })
      const answer = await federation.ask(query)
      const lost = { [field]: null }
      expect(answer.data).toEqual({ shared: { ...shared, ...lost, below: { ...shared.below, ...lost } } })
      expect(told(answer).sort()).toEqual(
        [`shared.${field} FORBIDDEN No.`, `shared.below.${field} FORBIDDEN No.`].sort(),
      )
    },
  )
})

test('Two lost fields below one null have two paths, though the type of their object is unknown', async () => {
  federation.instead = { data: { thing: null }, errors: [no('thing', 'left', 'name'), no('thing', 'left_1', 'name')] }
  const answer = await federation.ask('{ thing { a: left { name } b: left { name } } }')
  expect([answer.data, told(answer)]).toEqual([
    { thing: null },
    ['thing.a.name FORBIDDEN No.', 'thing.b.name FORBIDDEN No.'],
  ])
})

test('One path is reported once, however many errors the service gives for it', async () => {
  federation.instead = { data: { things: null }, errors: [no('things', 0, 'nowhere'), no('things', 0, 'else')] }
  expect(told(await federation.ask('{ things { left { name } } }'))).toEqual(['things.0 FORBIDDEN No.'])
})
