import { describe, expect, test } from '@jest/globals'
import {
  addDays,
  DAY,
  datesBetween,
  daysBetween,
  HOUR,
  localDate,
  startOfDay,
  utcOffset,
} from '../../../../subgraphs/weather/model/time.ts'
import fc from '../../../support/fast-check.ts'

const zones = fc.constantFrom(
  'UTC',
  'Europe/Lisbon',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Africa/Cairo',
  'America/Scoresbysund',
)
const instants = fc.integer({ min: Date.UTC(1940, 0, 1), max: Date.UTC(2100, 0, 1) })

describe('dates in a time zone', () => {
  test('A day begins at its first instant, in every zone and on days when the clock changes', () => {
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const date = localDate(zone, instant)
        const start = startOfDay(zone, date)
        expect(localDate(zone, start)).toBe(date)
        expect(localDate(zone, start - 1) < date).toBe(true)
        expect(start).toBeLessThanOrEqual(instant)
        expect(instant - start).toBeLessThan(DAY + 2 * HOUR)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['Europe/Lisbon', '2026-07-01T12:00:00Z', 1],
    ['Europe/Lisbon', '2026-01-01T12:00:00Z', 0],
    ['America/New_York', '2026-03-08T06:59:59Z', -5],
    ['America/New_York', '2026-03-08T07:00:00Z', -4],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 5.75],
  ])('%s is at %s %d hours ahead of UTC', (zone, instant, hours) =>
    expect(utcOffset(zone, Date.parse(instant))).toBe(hours * HOUR),
  )

  test('A midnight that the clock skips moves to the first moment after it', () => {
    expect(startOfDay('America/Sao_Paulo', '2018-11-04')).toBe(Date.parse('2018-11-04T03:00:00Z'))
    expect(startOfDay('Africa/Cairo', '2023-04-28')).toBe(Date.parse('2023-04-27T22:00:00Z'))
  })
})

describe('counting days', () => {
  const dates = instants.map((instant) => new Date(instant).toISOString().slice(0, 10))

  test('Adding and counting days are inverse', () => {
    fc.assert(
      fc.property(
        dates,
        fc.integer({ min: -40_000, max: 40_000 }),
        (date, days) => daysBetween(date, addDays(date, days)) === days,
      ),
    )
  })

  test('A span holds both of its ends and each day between them once', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: 0, max: 400 }), (date, days) => {
        const span = datesBetween(date, addDays(date, days))
        expect(new Set(span).size).toBe(days + 1)
        expect([span[0], span.at(-1)]).toEqual([date, addDays(date, days)])
      }),
    )
  })
})
