import { describe, expect, test } from '@jest/globals'
import { addMonths, daysBetween, isPlainDate, plainDateOf } from '../../../../subgraphs/banking/dates/plain-date.ts'
import fc from '../../../support/fast-check.ts'

describe('plain dates', () => {
  test.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2026-01-31', 3, '2026-04-30'],
    ['2026-11-15', 2, '2027-01-15'],
    ['2026-12-31', 12, '2027-12-31'],
  ])('%s and %i months is %s', (date, months, expected) => {
    expect(addMonths(date, months)).toBe(expected)
  })

  test('Months counted from the first date never drift over short months', () => {
    expect([1, 2, 3].map((months) => addMonths('2026-01-31', months))).toEqual([
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
    ])
  })

  test('Days between two dates are exact across years and clock changes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: -5_000, max: 5_000 }), (start, days) => {
        const from = plainDateOf(new Date(start * 86_400_000))
        expect(daysBetween(from, plainDateOf(new Date((start + days) * 86_400_000)))).toBe(days)
      }),
    )
  })

  test.each(['2026-02-29', '2026-13-01', '2026-1-1', '20260101', '', '2026-01-01T00:00:00Z', '0000-00-00'])(
    '"%s" is not a date',
    (text) => {
      expect(isPlainDate(text)).toBe(false)
    },
  )

  test('The 29th of February is a date in a leap year', () => {
    expect(isPlainDate('2028-02-29')).toBe(true)
  })
})
