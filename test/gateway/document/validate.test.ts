import { describe, expect, test } from '@jest/globals'
import { buildSchema, parse } from 'graphql'
import { createValidate } from '../../../gateway/document/validate.ts'

const schema = buildSchema(`
  directive @scaled(by: Float) repeatable on QUERY | FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT | FRAGMENT_DEFINITION | VARIABLE_DEFINITION
  scalar Json
  input Place { latitude: Float! ids: [ID] json: Json }
  type Query { at(place: Place, near: [Float], exactly: Float, json: Json, id: ID): Int }
  type Subscription { ticked(by: Float): Int other: Int }
`)
const mistakesOf = createValidate({ schema })
const told = (query: string) =>
  mistakesOf(query, parse(query)).map(({ message, extensions, locations }) => ({
    message,
    code: extensions['code'],
    located: locations?.length,
  }))
const tooLarge = {
  message: 'The document holds a number that is too large.',
  code: 'GRAPHQL_VALIDATION_FAILED',
  located: 1,
}

describe('numbers', () => {
  const numbers = ['1e999', '-1e999', '1.5E+400', `1e${'9'.repeat(60_000)}`, '9'.repeat(400), `-${'9'.repeat(400)}.5`]
  const places: readonly [string, (number: string) => string][] = [
    ['an argument', (number) => `{ at(exactly: ${number}) }`],
    ['an input object', (number) => `{ at(place: { latitude: ${number} }) }`],
    ['a list', (number) => `{ at(near: [1, ${number}]) }`],
    ['a custom scalar', (number) => `{ at(json: ${number}) }`],
    ['a member of a custom scalar', (number) => `{ at(json: { a: [${number}] }) }`],
    ['a custom scalar of an input object', (number) => `{ at(place: { latitude: 1, json: [${number}] }) }`],
    ['a default', (number) => `query ($a: Float = ${number}) { at(exactly: $a) }`],
    ['a default of an object', (number) => `query ($a: Place = { latitude: ${number} }) { at(place: $a) }`],
    ['a directive of an operation', (number) => `query @scaled(by: ${number}) { at }`],
    ['a directive of a variable', (number) => `query ($a: Float @scaled(by: ${number})) { at(exactly: $a) }`],
    ['a directive of a field', (number) => `{ at @scaled(by: ${number}) }`],
    ['a directive of a spread', (number) => `{ ...F @scaled(by: ${number}) } fragment F on Query { at }`],
    ['a directive of a fragment', (number) => `{ ...F } fragment F on Query @scaled(by: ${number}) { at }`],
    ['a fragment', (number) => `{ ...F } fragment F on Query { at(exactly: ${number}) }`],
    ['a subscription', (number) => `subscription { ticked(by: ${number}) }`],
  ]
  test.each(places)('A number that JavaScript cannot hold is invalid in %s', (_where, write) => {
    for (const number of numbers) expect(told(write(number))).toEqual([tooLarge])
    for (const number of ['1e308', '-0', '1e-999', `0.${'1'.repeat(500)}`]) expect(told(write(number))).toEqual([])
  })

  test('The digits of an ID are text, whatever their number', () => {
    const id = '9'.repeat(400)
    expect(told(`{ at(id: ${id}, place: { latitude: 1, ids: [${id}] }) }`)).toEqual([])
    expect(told(`query ($a: [ID!] = [${id}]) { at(place: { latitude: 1, ids: $a }) }`)).toEqual([])
  })
})

describe('conditions on subscriptions', () => {
  test.each([
    ['subscription { ticked @skip(if: true) }', 'skip'],
    ['subscription { ticked @skip(if: false) }', 'skip'],
    ['subscription { ticked @include(if: false) }', 'include'],
    ['subscription ($a: Boolean!) { ticked @include(if: $a) }', 'include'],
    ['subscription ($a: Boolean = true) { ticked @skip(if: $a) }', 'skip'],
    ['subscription { ticked @skip }', 'skip'],
    ['subscription { ticked @include(if: $missing) }', 'include'],
    ['subscription { ... @include(if: false) { ticked } }', 'include'],
    ['subscription { ... on Subscription { ... { ticked @skip(if: true) } } }', 'skip'],
    ['subscription ($a: Boolean!) { ...F @skip(if: $a) } fragment F on Subscription { ticked }', 'skip'],
    [
      'subscription { ...F } fragment F on Subscription { ...G } fragment G on Subscription { ticked @skip(if: true) }',
      'skip',
    ],
    ['subscription ($a: Boolean!) { ticked @skip(if: $a) other @include(if: $a) }', 'skip'],
    ['query A { at } subscription B { ticked @scaled(by: 1) @skip(if: true) }', 'skip'],
  ])('A condition at the root of a subscription is invalid: %s', (query, name) => {
    const message = `"@${name}" must not stand at the root of a subscription.`
    expect(told(query)).toEqual([{ message, code: 'GRAPHQL_VALIDATION_FAILED', located: 1 }])
  })

  test.each([
    'subscription { ticked }',
    'subscription { ticked @scaled(by: 1) }',
    'query ($a: Boolean!) { at @skip(if: $a) ...F } fragment F on Query { at @include(if: $a) }',
  ])('A condition elsewhere is valid: %s', (query) => expect(told(query)).toEqual([]))
})
