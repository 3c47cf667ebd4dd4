import { describe, expect, test } from '@jest/globals'
import { ABSENT, failureOf } from '../../../../gateway/execution/answer/failure.ts'
import type { Selection } from '../../../../gateway/execution/calls/selection.ts'
import type { Data } from '../../../../gateway/execution/exact/data.ts'
import { mergeInto } from '../../../../gateway/execution/exact/merge.ts'
import { parseExact } from '../../../../platform/data/json-exact.ts'
import { codedError } from '../../../../platform/protocol/errors.ts'
import fc from '../../../support/fast-check.ts'
import { selected, types } from '../support/selections.ts'

const fields = selected('{ a { a { a b } b } b { a b } __typename }')

const merge = (target: Data, source: Data, selection: Selection = fields): Data => {
  mergeInto(target, source, selection, { types, size: 0, most: Number.POSITIVE_INFINITY })
  return target
}

const frozen = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}

const answer: fc.Arbitrary<Data> = fc.letrec<{ object: Data; value: unknown }>((tie) => ({
  object: fc.record({ a: tie('value'), b: tie('value') }, { requiredKeys: [] }),
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.integer(),
    tie('object'),
    fc.array(tie('object'), { minLength: 2, maxLength: 2 }),
  ),
})).object

describe('answer merging', () => {
  test('Merging an answer twice equals merging it once', () => {
    fc.assert(
      fc.property(answer, answer, (first, second) => {
        const once = merge(merge({}, frozen(first)), frozen(second))
        const before = JSON.stringify(once)
        expect(JSON.stringify(merge(once, second))).toBe(before)
      }),
    )
  })

  test('Every place that an entity goes to has objects of its own', () => {
    const entity = frozen({ a: { a: { b: 1 } } })
    const left = merge({}, entity)
    const right = merge({}, entity)
    ;((left['a'] as Data)['a'] as Data)['b'] = 2
    expect([left, right, entity]).toEqual([{ a: { a: { b: 2 } } }, { a: { a: { b: 1 } } }, { a: { a: { b: 1 } } }])
  })

  test('Merging adds to objects and lists from another service', () => {
    const target = merge({}, { b: [{ a: 1 }, null] })
    merge(target, { b: [{ b: 2 }, null] }, selected('{ b { b } }'))
    expect(target).toEqual({ b: [{ a: 1, b: 2 }, null] })
  })

  test('Fields that were not requested are not merged', () => {
    expect(merge({}, { a: { c: 1 }, c: 1 }, selected('{ a { b } }'))).toEqual({ a: {} })
  })

  test('A concrete type is never replaced by an interface name', () => {
    expect(merge({ __typename: 'Media' }, { __typename: 'Book' })).toEqual({ __typename: 'Book' })
    expect(merge({ __typename: 'Book' }, { __typename: 'Media' })).toEqual({ __typename: 'Book' })
  })

  test('A number that is no object of JavaScript is not merged as one', () => {
    const number = parseExact('1.10')
    const object = { b: { a: 1 } }
    expect(merge(merge({}, { b: number }), object)).toEqual(object)
    expect(merge(merge({}, object), { b: number })).toEqual(object)
  })

  test('Null takes nothing from another service, and gives way to a value and to a failure', () => {
    const failure = failureOf(codedError('INTERNAL', 'No.'))
    expect(merge({ a: 1, b: { a: 1 } }, { a: null, b: null })).toEqual({ a: 1, b: { a: 1 } })
    expect(merge({ a: null, b: ABSENT }, { a: { b: 1 }, b: { a: 1 } })).toEqual({ a: { b: 1 }, b: { a: 1 } })
    expect(merge({ a: null, b: ABSENT }, { a: failure, b: failure })).toEqual({ a: failure, b: failure })
    expect(merge({ a: failure }, { a: { b: 1 } })).toEqual({ a: { b: 1 } })
  })

  test('A failure costs what was asked of an object that another service knows', () => {
    const failure = failureOf(codedError('INTERNAL', 'No.'))
    expect(merge({ b: [{ a: 1 }] }, { b: failure })).toEqual({ b: [{ a: 1, b: failure }] })
    expect(merge({ b: 1 }, { b: failure }, selected('{ b }'))).toEqual({ b: 1 })
  })

  test.each([
    ['a scalar', 1],
    ['an object of a custom scalar', { x: 1 }],
    ['false', false],
  ])('Of two services that give different values of one leaf the first is believed: %s', (_what, first) => {
    expect(merge({ b: first }, { b: 2 }, selected('{ b }'))).toEqual({ b: first })
  })

  test('If two lists differ in length, the first one counts', () => {
    const list = [{ a: 1 }]
    expect(merge(merge({}, { b: list }), { b: [{ b: 2 }, { b: 2 }] })).toEqual({ b: list })
    expect(merge(merge({}, { b: list }), { b: { b: 2 } })).toEqual({ b: list })
  })

  test('Values of custom scalars and JavaScript objects stay whole', () => {
    const hostile = JSON.parse('{"b": {"__proto__": {"polluted": true}}, "__proto__": {"polluted": true}}') as Data
    const target = merge({ b: null }, hostile, selected('{ b }'))
    expect(({} as Data)['polluted']).toBeUndefined()
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype)
    expect(Object.keys(target['b'] as Data)).toEqual(['__proto__'])
  })

  test('Data that has become too large takes nothing more', () => {
    const merging = { types, size: 0, most: 3 }
    const target: Data = {}
    mergeInto(target, { a: { a: { a: 1 } }, b: { b: 1 } }, fields, merging)
    expect([target, merging.size]).toEqual([{ a: { a: { a: 1 } } }, 3])
  })
})
