import { describe, expect, test } from '@jest/globals'
import { sequenceOf, statementId } from '../../../../subgraphs/banking/statements/identity.ts'

/** From the first day to the last, both included. */
const days = (first: string, last: string) => ({
  from: new Date(`${first}T00:00:00Z`),
  to: new Date(Date.parse(`${last}T00:00:00Z`) + 86_400_000),
})
const opened = new Date('2026-02-14T10:00:00Z')

test("A statement's id is its account, its first day and its last, in no more than 35 characters", () => {
  expect(statementId('99010110000001', days('2026-05-01', '2026-05-31'))).toBe('99010110000001-20260501-20260531')
  expect(statementId('99010110000001', days('2026-05-01', '2026-05-31'))).toHaveLength(32)
})

describe('sequence number', () => {
  test.each([
    [
      'months',
      [
        ['2026-02-01', '2026-02-28'],
        ['2026-03-01', '2026-03-31'],
        ['2026-04-01', '2026-04-30'],
      ],
    ],
    [
      'quarters',
      [
        ['2026-01-01', '2026-03-31'],
        ['2026-04-01', '2026-06-30'],
        ['2026-07-01', '2026-09-30'],
      ],
    ],
    [
      'years',
      [
        ['2026-01-01', '2026-12-31'],
        ['2027-01-01', '2027-12-31'],
        ['2028-01-01', '2028-12-31'],
      ],
    ],
    [
      'days',
      [
        ['2026-02-14', '2026-02-14'],
        ['2026-02-15', '2026-02-15'],
        ['2026-02-16', '2026-02-16'],
      ],
    ],
    [
      'weeks',
      [
        ['2026-02-09', '2026-02-15'],
        ['2026-02-16', '2026-02-22'],
        ['2026-02-23', '2026-03-01'],
      ],
    ],
  ])('The sequence number counts %s from the one in which the account was opened', (_what, periods) => {
    expect(periods.map(([first = '', last = '']) => sequenceOf(opened, days(first, last)))).toEqual([1, 2, 3])
  })

  test('A statement of a time before the account was opened has no sequence number', () => {
    expect(sequenceOf(opened, days('2026-02-01', '2026-02-13'))).toBeUndefined()
    expect(sequenceOf(opened, days('2026-01-01', '2026-01-31'))).toBeUndefined()
  })
})
