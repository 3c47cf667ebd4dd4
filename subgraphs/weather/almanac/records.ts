/**
 * The days measured at Seattle and New York from 2012 to 2015, and Seattle's normal hours; public
 * domain (NOAA). See NOTICE.md.
 */
import { readFileSync } from 'node:fs'

/** A measured day. */
export interface RecordedDay {
  /** °C */
  readonly temperatureMax: number
  /** °C */
  readonly temperatureMin: number
  /** mm */
  readonly precipitation: number
  /** As the record names it: `drizzle`, `fog`, `rain`, `snow` or `sun`. */
  readonly weather: string
}

export interface Records {
  readonly city: string
  /** Degrees north. */
  readonly latitude: number
  /** Degrees east. */
  readonly longitude: number
  readonly days: ReadonlyMap<string, RecordedDay>
  /**
   * Normal °C by month and day (`MM-DD`), one for each hour of local standard time; `undefined` for
   * a gap in the record.
   */
  readonly hourlyNormals: ReadonlyMap<string, readonly (number | undefined)[]>
}

const lines = (file: string): string[][] =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))

/** Reads both records. */
export function openRecords(): readonly Records[] {
  const days = Map.groupBy(lines('records.tsv'), ([city = '']) => city)
  const daysOf = (city: string): ReadonlyMap<string, RecordedDay> =>
    new Map(
      days.get(city)?.map(([, date = '', max, min, precipitation, weather = '']) => [
        date,
        {
          temperatureMax: Number(max),
          temperatureMin: Number(min),
          precipitation: Number(precipitation),
          weather,
        },
      ]),
    )
  const normals = new Map(
    lines('seattle-hourly-normals.tsv').map(([day = '', ...hours]) => [
      day,
      hours.map((figure) => (figure === '' ? undefined : Number(figure))),
    ]),
  )
  return [
    { city: 'Seattle', latitude: 47.60621, longitude: -122.33207, days: daysOf('Seattle'), hourlyNormals: normals },
    { city: 'New York', latitude: 40.71427, longitude: -74.00597, days: daysOf('New York'), hourlyNormals: new Map() },
  ]
}
