import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { climateOf, type Site } from '../../../../subgraphs/weather/almanac/climate.ts'
import { openLand } from '../../../../subgraphs/weather/almanac/land.ts'
import { openRecords, type Records } from '../../../../subgraphs/weather/almanac/records.ts'
import fc from '../../../support/fast-check.ts'

const land = openLand()
const siteOf = (latitude: number, longitude: number, elevation = 0): Site => ({
  latitude,
  elevation,
  land: land(latitude, longitude),
})

/** Mid-month days of the year. */
const MID_MONTH = [15, 46, 74, 105, 135, 166, 196, 227, 258, 288, 319, 349]
const mean = (figures: readonly number[]): number => figures.reduce((sum, figure) => sum + figure, 0) / figures.length

/** Mean °C of each month over all recorded days. */
function measuredMonths({ days }: Records): number[] {
  const months = Array.from({ length: 12 }, (): number[] => [])
  for (const [date, { temperatureMax, temperatureMin }] of days) {
    months[Number(date.slice(5, 7)) - 1]?.push((temperatureMax + temperatureMin) / 2)
  }
  return months.map(mean)
}

describe('climate estimate', () => {
  test.each([
    ['Seattle', 56],
    ['New York', 10],
  ])('The estimate misses the measured months of %s by less than 4 °C on average', (city, elevation) => {
    const record = openRecords().find((each) => each.city === city) as Records
    const measured = measuredMonths(record)
    const site = siteOf(record.latitude, record.longitude, elevation)
    const errors = MID_MONTH.map((day, month) => climateOf(site, day).temperature - (measured[month] ?? Number.NaN))
    const error = mean(errors.map(Math.abs))
    process.stdout.write(
      `${city}: mean absolute error of the monthly mean temperature ${error.toFixed(2)} °C (${errors.map((each) => each.toFixed(1)).join(' ')})\n`,
    )
    expect(error).toBeLessThan(4)
  })

  test('The estimate misses the normals of 138 places of all climates by less than 3 °C on average', () => {
    const places = readFileSync(new URL('normals.tsv', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split('\t').map(Number))
    const errors = places.map(([, latitude = 0, longitude = 0, elevation = 0, ...normals]) => {
      const site = siteOf(latitude, longitude, elevation)
      return mean(
        [15, 105, 196, 288].map((day, index) => Math.abs(climateOf(site, day).temperature - (normals[index] ?? 0))),
      )
    })
    process.stdout.write(
      `${places.length} places: mean absolute error ${mean(errors).toFixed(2)} °C, worst ${Math.max(...errors).toFixed(1)} °C\n`,
    )
    expect(places).toHaveLength(138)
    expect(mean(errors)).toBeLessThan(3)
  })

  const latitudes = fc.double({ min: -90, max: 90, noNaN: true })
  const longitudes = fc.double({ min: -180, max: 180, noNaN: true })

  test('The estimate is possible weather at every place and on every day', () => {
    fc.assert(
      fc.property(
        latitudes,
        longitudes,
        fc.integer({ min: -400, max: 6000 }),
        fc.integer({ min: 1, max: 366 }),
        (latitude, longitude, elevation, day) => {
          const climate = climateOf(siteOf(latitude, longitude, elevation), day)
          expect(climate.temperature).toBeGreaterThan(-95)
          expect(climate.temperature).toBeLessThan(50)
          expect(climate.temperatureRange).toBeGreaterThan(0)
          expect(climate.precipitation).toBeGreaterThan(0)
          for (const percentage of [climate.cloudCover, climate.humidity, climate.wetDays * 100]) {
            expect(percentage).toBeGreaterThanOrEqual(0)
            expect(percentage).toBeLessThanOrEqual(100)
          }
          expect(climate.windDirection).toBeGreaterThanOrEqual(0)
          expect(climate.windDirection).toBeLessThan(360)
          expect(climate.windSpeed).toBeGreaterThan(0)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('The estimate changes little over a few kilometres and from one day to the next', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -89, max: 89, noNaN: true }),
        longitudes,
        fc.integer({ min: 1, max: 365 }),
        (latitude, longitude, day) => {
          const here = climateOf(siteOf(latitude, longitude), day).temperature
          expect(Math.abs(climateOf(siteOf(latitude + 0.02, longitude), day).temperature - here)).toBeLessThan(1)
          expect(Math.abs(climateOf(siteOf(latitude, longitude), day + 1).temperature - here)).toBeLessThan(1)
        },
      ),
      { numRuns: 300, examples: [[-1e-9, -49.5, 277]] }, // at the equator the seasons swap
    )
  })

  test('The estimate is colder higher up, with summer in July in the north and in January in the south', () => {
    const madrid = siteOf(40.4, -3.7)
    expect(climateOf({ ...madrid, elevation: 2000 }, 196).temperature).toBeLessThan(
      climateOf(madrid, 196).temperature - 5,
    )
    expect(climateOf(madrid, 196).temperature).toBeGreaterThan(climateOf(madrid, 15).temperature + 10)
    const cordoba = siteOf(-31.4, -64.2)
    expect(climateOf(cordoba, 15).temperature).toBeGreaterThan(climateOf(cordoba, 196).temperature + 5)
  })
})

test('The records hold every day of four years at two cities', () => {
  for (const { days } of openRecords()) {
    expect(days.size).toBe(4 * 365 + 1)
    for (const { temperatureMax, temperatureMin, precipitation } of days.values()) {
      expect(temperatureMax).toBeGreaterThanOrEqual(temperatureMin)
      expect(precipitation).toBeGreaterThanOrEqual(0)
    }
  }
})
