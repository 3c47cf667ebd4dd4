import { expect, test } from '@jest/globals'
import { failureOf } from '../../../../gateway/execution/answer/failure.ts'
import { type Place, placesAt } from '../../../../gateway/execution/exact/places.ts'
import { codedError } from '../../../../platform/protocol/errors.ts'

const failure = failureOf(codedError('SERVICE_UNAVAILABLE', 'The service is away.'))

/** Names of an object and of those above it. */
const names = ({ object, above }: Place): string => [object['name'], ...(above ? [names(above)] : [])].join(' < ')

test('Objects are found through lists of lists, with all that is above them', () => {
  const data = { name: 'root', a: [[{ name: 'a1', b: { name: 'b1' } }], null, [{ name: 'a2', b: [{ name: 'b2' }] }]] }
  expect(placesAt(data, ['a', 'b']).map(names)).toEqual(['b1 < a1 < root', 'b2 < a2 < root'])
  expect(placesAt(data, []).map(names)).toEqual(['root'])
})

test('Values that are no objects, and inherited properties, are skipped', () => {
  const data = { name: 'root', a: [1, 'text', null, undefined, failure, { name: 'a1', b: failure }] }
  expect(placesAt(data, ['a']).map(names)).toEqual(['a1 < root'])
  expect(placesAt(data, ['a', 'b'])).toEqual([])
  expect(placesAt(data, ['constructor'])).toEqual([])
})
