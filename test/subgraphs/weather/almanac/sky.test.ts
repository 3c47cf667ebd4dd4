import { describe, expect, test } from '@jest/globals'
import { moonOn, sunOn } from '../../../../subgraphs/weather/almanac/sky.ts'
import type { Place } from '../../../../subgraphs/weather/model/provider.ts'
import { addDays, localDate, rfc3339, startOfDay } from '../../../../subgraphs/weather/model/time.ts'
import fc from '../../../support/fast-check.ts'

const place = (latitude: number, longitude: number, timeZone: string): Place => ({
  latitude,
  longitude,
  elevation: undefined,
  timeZone,
})
const lisbon = place(38.72, -9.14, 'Europe/Lisbon')
const tromso = place(69.65, 18.96, 'Europe/Oslo')
const kiritimati = place(1.87, -157.43, 'Pacific/Kiritimati')
const minutes = (time: number | null): string | null =>
  time === null ? null : rfc3339(Math.round(time / 60_000) * 60_000)

describe('sun', () => {
  test('The sun rises and sets over Lisbon when almanacs say so', () => {
    const { sunrise, sunset } = sunOn(lisbon, '2026-06-21')
    expect(Math.abs((sunrise ?? 0) - Date.parse('2026-06-21T05:12:00Z'))).toBeLessThan(2 * 60_000)
    expect(Math.abs((sunset ?? 0) - Date.parse('2026-06-21T20:05:00Z'))).toBeLessThan(2 * 60_000)
  })

  test('The sun does not set on a polar day and does not rise in polar night', () => {
    expect(sunOn(tromso, '2026-06-21')).toMatchObject({ sunrise: null, sunset: null, daylightDuration: 86_400 })
    expect(sunOn(tromso, '2026-12-21')).toMatchObject({ sunrise: null, sunset: null, daylightDuration: 0 })
  })

  test('The sun is highest on the requested date, even where the calendar is furthest ahead or behind', () => {
    for (const each of [
      lisbon,
      kiritimati,
      place(-14.27, -170.7, 'Pacific/Pago_Pago'),
      place(-13.83, -171.77, 'Pacific/Apia'),
    ]) {
      expect(localDate(each.timeZone, sunOn(each, '2026-03-10').solarNoon)).toBe('2026-03-10')
    }
  })

  test('The sun rises before it sets, with dawn before and dusk after', () => {
    const dates = fc.integer({ min: 0, max: 3650 }).map((days) => addDays('2020-01-01', days))
    fc.assert(
      fc.property(
        fc.double({ min: -60, max: 60, noNaN: true }),
        fc.double({ min: -180, max: 180, noNaN: true }),
        dates,
        (latitude, longitude, date) => {
          const { dawn, sunrise, solarNoon, sunset, dusk } = sunOn(place(latitude, longitude, 'UTC'), date)
          const order = [dawn, sunrise, solarNoon, sunset, dusk].filter((time) => time !== null)
          expect(order).toEqual(order.toSorted((one, other) => one - other))
        },
      ),
    )
  })
})

describe('moon', () => {
  test('The moon is full and new when almanacs say so', () => {
    expect(moonOn(lisbon, '2026-01-03')).toMatchObject({ phase: 'FULL_MOON' })
    expect(moonOn(lisbon, '2026-02-17')).toMatchObject({ phase: 'NEW_MOON' })
  })

  test('The moon rises and sets only within the local day, at most once each', () => {
    for (let day = 0; day < 60; day++) {
      const date = addDays('2026-01-01', day)
      for (const each of [lisbon, kiritimati]) {
        const { moonrise, moonset } = moonOn(each, date)
        for (const time of [moonrise, moonset]) {
          if (time === null) continue
          expect({ date, in: localDate(each.timeZone, time) }).toEqual({ date, in: date })
        }
      }
    }
  })

  test('The moon rises on nearly every day, since a lunar day is 50 minutes longer than ours', () => {
    const days = Array.from({ length: 59 }, (_, day) => moonOn(lisbon, addDays('2026-01-01', day)))
    const rises = days.filter(({ moonrise }) => moonrise !== null).length
    expect(rises).toBeGreaterThanOrEqual(56)
    expect(rises).toBeLessThanOrEqual(58)
    expect(minutes(days[0]?.moonrise ?? null)).not.toBeNull()
    expect(startOfDay('Europe/Lisbon', '2026-01-01')).toBeLessThan(days[0]?.moonrise ?? 0)
  })
})
