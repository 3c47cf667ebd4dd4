import { describe, expect, test } from '@jest/globals'
import { type Frequency, nextDay } from '../../../../subgraphs/banking/schedules/recurrence.ts'
import fc from '../../../support/fast-check.ts'

/** The first days of a schedule. */
function days(frequency: Frequency, firstOn: string, until: string | null = null, count = 5): (string | null)[] {
  const found: (string | null)[] = [firstOn]
  while (found.length < count) {
    const last = found.at(-1)
    if (typeof last !== 'string') break
    found.push(nextDay({ frequency, firstOn, until }, last))
  }
  return found
}

describe('days of a schedule', () => {
  test('A schedule for the 31st runs on the last day of a shorter month, and on the 31st of a longer one', () => {
    expect(days('MONTHLY', '2027-12-31')).toEqual([
      '2027-12-31',
      '2028-01-31',
      '2028-02-29',
      '2028-03-31',
      '2028-04-30',
    ])
    expect(days('MONTHLY', '2027-01-29', null, 3)).toEqual(['2027-01-29', '2027-02-28', '2027-03-29'])
  })
  test('Daily and weekly schedules cross the ends of months and years', () => {
    expect(days('DAILY', '2027-12-30', null, 4)).toEqual(['2027-12-30', '2027-12-31', '2028-01-01', '2028-01-02'])
    expect(days('WEEKLY', '2028-02-24', null, 3)).toEqual(['2028-02-24', '2028-03-02', '2028-03-09'])
  })
  test('A single order runs once, and the last day is included', () => {
    expect(days('ONCE', '2027-05-05')).toEqual(['2027-05-05', null])
    expect(days('DAILY', '2027-05-05', '2027-05-06')).toEqual(['2027-05-05', '2027-05-06', null])
  })

  const date = fc
    .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10))
  test("Every month has exactly one day, that of the first date or the month's last", () => {
    fc.assert(
      fc.property(date, (firstOn) => {
        const found = days('MONTHLY', firstOn, null, 30) as string[]
        const months = new Set(found.map((day) => day.slice(0, 7)))
        expect(months.size).toBe(30)
        for (const day of found) {
          const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
          expect(day.slice(8) === firstOn.slice(8) || next.slice(8) === '01').toBe(true)
        }
      }),
    )
  })
})
