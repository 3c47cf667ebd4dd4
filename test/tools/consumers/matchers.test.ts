import { expect, test } from '@jest/globals'
import { differences, exampleOf, expectationFaults } from '../../../tools/consumers/contracts/matchers.ts'

const text = { $match: 'string' }

test.each<[name: string, expected: unknown, fits: unknown[], differs: unknown[]]>([
  ['a plain value', 'a', ['a'], ['b', null, undefined, 1, ['a']]],
  ['null', null, [null], [0, '', undefined]],
  ['an object', { a: 1 }, [{ a: 1 }, { a: 1, b: 2 }], [{}, { a: 2 }, null, []]],
  ['a list', [1, 2], [[1, 2]], [[1], [1, 2, 3], [2, 1], null, {}]],
  ['string', text, ['', 'a'], [1, null, undefined, {}]],
  ['number', { $match: 'number', min: 0, max: 5 }, [0, 5, 2.5], [-1, 6, '2', null]],
  ['integer', { $match: 'integer' }, [0, -3], [1.5, '1', null]],
  ['boolean', { $match: 'boolean' }, [true, false], [0, 'true', null]],
  ['regex', { $match: 'regex', pattern: '^\\d+$', example: '1' }, ['12'], ['', 'a1', 12, null]],
  ['date', { $match: 'date' }, ['2026-06-01'], ['2026-13-01', '01.06.2026', '2026-06-01T12:00:00Z', null]],
  [
    'datetime',
    { $match: 'datetime' },
    ['2026-06-01T12:00:00Z', '2026-06-01T12:00:00.5+02:00'],
    ['2026-06-01', 1, null],
  ],
  ['oneOf', { $match: 'oneOf', values: ['A', 1] }, ['A', 1], ['B', null]],
  ['present', { $match: 'present' }, [0, '', false, {}], [null, undefined]],
  ['null itself', { $match: 'null' }, [null], [0, undefined]],
  ['nullable', { $match: 'nullable', of: text }, [null, 'a'], [1, undefined]],
  ['any', { $match: 'any' }, [null, 1, {}], [undefined]],
  [
    'eachLike',
    { $match: 'eachLike', example: { a: text }, min: 1, max: 2 },
    [[{ a: '' }]],
    [[], [{}], [{ a: 1 }], [{ a: '' }, { a: '' }, { a: '' }], null],
  ],
  ['eachLike without a number', { $match: 'eachLike', example: text }, [['a'], ['a', 'b']], [[]]],
  [
    'type',
    { $match: 'type', example: { a: 1, b: ['x'], c: null } },
    [
      { a: 5, b: [], c: 7 },
      { a: 1, b: ['y', 'z'], c: null },
    ],
    [
      { a: '1', b: [], c: 1 },
      { a: 1, b: [1], c: 1 },
      { a: 1, b: [] },
    ],
  ],
])('%s', (_, expected, fits, differs) => {
  for (const value of fits) expect([value, differences(expected, value, 'at')]).toEqual([value, []])
  for (const value of differs)
    expect([value, differences(expected, value, 'at').length]).toEqual([value, expect.any(Number)])
  for (const value of differs) expect(differences(expected, value, 'at').join()).toMatch(/^at[\w.]*: expected/)
  expect(expectationFaults(expected, 'at')).toEqual([])
  expect(differences(expected, exampleOf(expected), 'at')).toEqual([])
})

test('A difference names its path', () => {
  const expected = { a: { $match: 'eachLike', example: { b: text } } }
  expect(differences(expected, { a: [{ b: '' }, { b: 3 }] }, '')).toEqual(['a.1.b: expected text, got 3'])
})

test('A number out of range is reported with its bounds', () => {
  const told = (range: object) => differences({ $match: 'number', ...range }, 7, 'a')
  expect(told({ min: 8 })).toEqual(['a: expected a number from 8, got 7'])
  expect(told({ max: 6 })).toEqual(['a: expected a number up to 6, got 7'])
  expect(told({ min: 1, max: 6 })).toEqual(['a: expected a number from 1 to 6, got 7'])
})

test('Only requested fields are compared', () => {
  expect(differences({ a: 1, b: { c: 1, d: 1 } }, { b: { c: 1 } }, '', { b: { c: undefined } })).toEqual([])
})

test.each([
  [{ a: { $match: 'what' } }, 'answer.a'],
  [{ $match: 'type' }, 'answer.example: is required'],
  [{ $match: 'regex', pattern: 'a' }, 'answer.example: is required'],
  [{ $match: 'string', mni: 1 }, 'answer: has a member that is not known: mni'],
  [{ $match: 'integer', example: 'one' }, 'answer.example: must be a number'],
  [{ $match: 'eachLike', example: 1, min: -1 }, 'answer.min: must be at least 0'],
  [{ $match: 'oneOf', values: [] }, 'answer.values: is empty'],
  [{ $match: 'number', min: 3, max: 1 }, 'answer: min is greater than max'],
  [{ $match: 'regex', pattern: '(', example: '' }, 'no regular expression'],
  [{ $match: 'string', exmaple: '' }, 'exmaple'],
  [{ a: [{ $match: 'eachLike', example: { $match: 'nullable', of: { $match: 'x' } } }] }, 'answer.a.0.0'],
])('The matcher %j is refused', (expected, reason) => {
  expect(expectationFaults(expected, 'answer').join()).toContain(reason)
})
