import { describe, expect, test } from '@jest/globals'
import type { Place } from '../../../../subgraphs/weather/model/provider.ts'
import { addDays, HOUR } from '../../../../subgraphs/weather/model/time.ts'
import { createAlmanac } from '../../../../subgraphs/weather/providers/almanac.ts'
import fc from '../../../support/fast-check.ts'

const almanac = createAlmanac()
const seattle: Place = { latitude: 47.60621, longitude: -122.33207, elevation: 56, timeZone: 'America/Los_Angeles' }
const newYork: Place = { latitude: 40.71427, longitude: -74.00597, elevation: 10, timeZone: 'America/New_York' }
const lisbon: Place = { latitude: 38.71667, longitude: -9.13333, elevation: 15, timeZone: 'Europe/Lisbon' }
const NOON = Date.parse('2026-06-01T12:34:56Z')

const day = async (place: Place, date: string) =>
  await almanac.answer({ about: 'daily', place, from: date, to: date }, NOON)

describe('almanac', () => {
  test('Days on record are given as observed', async () => {
    expect(await day(seattle, '2012-01-02')).toMatchObject({
      kind: 'OBSERVED',
      attribution: expect.stringContaining('NOAA'),
      figures: {
        daily: [
          { date: '2012-01-02', temperatureMax: 10.6, temperatureMin: 2.8, precipitationSum: 10.9, weatherCode: 61 },
        ],
      },
    })
    expect(await day(newYork, '2012-01-03')).toMatchObject({
      kind: 'OBSERVED',
      figures: { daily: [{ temperatureMax: 0.6, temperatureMin: -8.9, precipitationSum: 0, weatherCode: 0 }] },
    })
  })

  test('Everything else is an estimate: other days there, other places on the same days, and spans that leave the record', async () => {
    for (const answer of [
      await day(seattle, '2016-01-01'),
      await day(lisbon, '2012-01-02'),
      await day({ ...seattle, latitude: seattle.latitude + 0.5 }, '2012-01-02'),
      await almanac.answer({ about: 'daily', place: seattle, from: '2015-12-30', to: '2016-01-02' }, NOON),
      await almanac.answer({ about: 'current', place: seattle }, NOON),
    ]) {
      expect(answer).toMatchObject({ kind: 'ESTIMATE', attribution: expect.stringContaining('estimate') })
    }
  })

  test('The hours of Seattle come from its normals, in standard time all year', async () => {
    const at = async (time: string) =>
      (await almanac.answer({ about: 'current', place: seattle }, Date.parse(time)))?.figures.current?.temperature
    expect(await at('2026-01-02T08:10:00Z')).toBe(4.1)
    expect(await at('2026-01-02T22:00:00Z')).toBe(6.5)
    expect(await at('2026-07-02T08:30:00Z')).toBe(await at('2026-07-02T08:00:00Z'))
  })

  test('The same place and hour get the same answer from every instance, after any earlier questions', async () => {
    const places = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
      elevation: fc.option(fc.integer({ min: 0, max: 4000 }), { nil: undefined }),
      timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York'),
    })
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 0, max: HOUR - 1 }), async (place, later) => {
        const hour = Math.floor(NOON / HOUR) * HOUR
        const first = await almanac.answer({ about: 'hourly', place, hours: 48 }, hour)
        const other = await createAlmanac().answer({ about: 'hourly', place, hours: 48 }, hour + later)
        expect(JSON.stringify(other)).toBe(JSON.stringify(first))
      }),
      { numRuns: 20 },
    )
  })

  test('The afternoon is warmest and the night coldest, by the sun of the place', async () => {
    for (const place of [
      lisbon,
      { ...lisbon, longitude: 139.7, timeZone: 'Asia/Tokyo' },
      { ...lisbon, longitude: -100, timeZone: 'America/Mexico_City' },
    ]) {
      const hours =
        (await almanac.answer({ about: 'hourly', place, hours: 24 }, Date.parse('2026-06-01T00:00:00Z')))?.figures
          .hourly ?? []
      const warmest = hours.toSorted((one, other) => (other.temperature ?? 0) - (one.temperature ?? 0))[0]
      const solarHour = ((((warmest?.time ?? 0) / HOUR + place.longitude / 15) % 24) + 24) % 24
      expect(solarHour).toBeGreaterThan(13.9)
      expect(solarHour).toBeLessThan(16.1)
    }
  })

  test('The almanac gives as many consecutive hours and days as requested', async () => {
    const hourly = (await almanac.answer({ about: 'hourly', place: lisbon, hours: 384 }, NOON))?.figures.hourly ?? []
    expect(hourly.map(({ time }) => time)).toEqual(
      Array.from({ length: 384 }, (_, index) => Date.parse('2026-06-01T12:00:00Z') + index * HOUR),
    )
    const daily = (await almanac.answer({ about: 'daily', place: lisbon, from: '2026-02-27', to: '2026-03-02' }, NOON))
      ?.figures.daily
    expect(daily?.map(({ date }) => date)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'])
    expect(await day(lisbon, addDays('2026-06-01', 400))).toMatchObject({ kind: 'ESTIMATE' })
  })

  test('An estimate is valid until the next hour, and has no air quality', async () => {
    expect(await almanac.answer({ about: 'current', place: lisbon }, NOON)).toMatchObject({
      issuedAt: Date.parse('2026-06-01T12:00:00Z'),
      validUntil: Date.parse('2026-06-01T13:00:00Z'),
    })
    expect(await almanac.answer({ about: 'air', place: lisbon }, NOON)).toBeUndefined()
  })
})
