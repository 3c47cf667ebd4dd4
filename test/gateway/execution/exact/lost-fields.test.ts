import { describe, expect, test } from '@jest/globals'
import { ABSENT, Failure, failureOf, LOST } from '../../../../gateway/execution/answer/failure.ts'
import type { Data } from '../../../../gateway/execution/exact/data.ts'
import { loseFields, markAbsent } from '../../../../gateway/execution/exact/lost-fields.ts'
import { codedError } from '../../../../platform/protocol/errors.ts'
import { selected, types } from '../support/selections.ts'

const error = codedError('SERVICE_UNAVAILABLE', 'The service is away.')
const failure = failureOf(error)

const lose = (target: Data, operation: string, lost = failure): Data => {
  loseFields(target, selected(operation), lost, types)
  return target
}

describe('lost fields', () => {
  test('A failure costs what was asked for and is not there, null included', () => {
    expect(lose({ a: 1, b: null }, '{ a b c __typename }')).toEqual({ a: 1, b: null, c: failure })
  })

  test('A failure costs no field of other types', () => {
    const operation = '{ ... on Book { a } ... on Media { b ... on Film { c } } ... on Film { d } }'
    expect(lose({ __typename: 'Book' }, operation)).toEqual({ __typename: 'Book', a: failure, b: failure })
    expect(Object.keys(lose({}, operation))).toEqual(['a', 'b', 'c', 'd'])
  })

  test('A failure reaches into objects and lists of another service', () => {
    const known = { a: { b: 1 }, list: [{ b: 1 }, null, [{}]], other: ABSENT }
    expect(lose(known, '{ a { b c } list { c } other { c } }')).toEqual({
      a: { b: 1, c: failure },
      list: [{ b: 1, c: failure }, null, [{ c: failure }]],
      other: ABSENT,
    })
  })

  test('An error that names a field costs that field, and the others are lost with it', () => {
    const told = new Failure([{ error, below: ['list', 1, 'b'] }])
    expect(lose({ list: [{}, {}] }, '{ a list { b c } }', told)).toEqual({
      a: LOST,
      list: [
        { b: LOST, c: LOST },
        { b: failure, c: LOST },
      ],
    })
  })
})

test('An entity that a service does not know has no values for what was asked of its type', () => {
  const target: Data = { __typename: 'Book', a: 1 }
  markAbsent(target, selected('{ __typename ... on Book { a b } ... on Film { c } }'), types)
  expect(target).toEqual({ __typename: 'Book', a: 1, b: ABSENT })
})
