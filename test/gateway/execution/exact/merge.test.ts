import { describe, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { type FetchedFields, fetchedFields } from '../../../../gateway/execution/exact/fetched-fields.ts'
import { mergeInto } from '../../../../gateway/execution/exact/merge.ts'
import { addPlace, noPlaces } from '../../../../gateway/execution/exact/places.ts'
import type { Data } from '../../../../gateway/execution/exact/run.ts'
import type { TypeRelations } from '../../../../gateway/execution/plan/type-relations.ts'
import fc from '../../../support/fast-check.ts'

const types: TypeRelations = {
  isObjectType: (name) => name === 'Book',
  belongsTo: () => true,
  inputsOf: () => [],
  isKey: () => true,
}

const fields = fetchedFields(parse('{ a { a { a b } b } b { a b } }'))
const places = noPlaces()
addPlace(places, ['a', 'a'])

const merge = (target: Data, source: Data, asked: FetchedFields = fields): Data => {
  mergeInto(target, source, places, asked, types, [])
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

  test('Each place that a later step writes to has an object of its own', () => {
    const shared = frozen({ a: { a: { b: 1 } } })
    const left = merge({}, shared)
    const right = merge({}, shared)
    ;((left['a'] as Data)['a'] as Data)['b'] = 2
    expect([left, right, shared]).toEqual([{ a: { a: { b: 2 } } }, { a: { a: { b: 1 } } }, { a: { a: { b: 1 } } }])
  })

  test('Merging adds to objects and lists from another service without changing them', () => {
    const first = frozen({ b: [{ a: 1 }, null] })
    const target = merge({}, first)
    merge(target, frozen({ b: [{ b: 2 }, null] }), fetchedFields(parse('{ b { b } }')))
    expect([target, first]).toEqual([{ b: [{ a: 1, b: 2 }, null] }, { b: [{ a: 1 }, null] }])
  })

  test('A concrete type is never replaced by an interface name', () => {
    expect(merge({ __typename: 'Media' }, { __typename: 'Book' })).toEqual({ __typename: 'Book' })
    expect(merge({ __typename: 'Book' }, { __typename: 'Media' })).toEqual({ __typename: 'Book' })
  })

  test('Values of custom scalars and JavaScript objects stay whole', () => {
    const hostile = JSON.parse('{"b": {"__proto__": {"polluted": true}}, "__proto__": {"polluted": true}}') as Data
    const target = merge({ b: { x: 1 } }, hostile, fetchedFields(parse('{ b }')))
    merge(target, hostile, fetchedFields(parse('{ b { a } }')))
    expect(({} as Data)['polluted']).toBeUndefined()
    expect(Object.keys(target['b'] as Data)).toEqual(['__proto__'])
  })
})
