/** Open-Meteo's documented answers, with figures that identify the place and hour. */
import timeZoneAt from '@photostructure/tz-lookup'
import { addDays, DAY, datesBetween, HOUR, localDate, utcOffset } from '../../../../subgraphs/weather/model/time.ts'
import { type Stub, type StubAnswer, type StubCall, startStub } from './stub.ts'

export const INTERVAL = 900

const UNITS: Readonly<Record<string, string>> = {
  temperature_2m: '°C',
  apparent_temperature: '°C',
  relative_humidity_2m: '%',
  precipitation: 'mm',
  cloud_cover: '%',
  pressure_msl: 'hPa',
  wind_speed_10m: 'km/h',
  wind_direction_10m: '°',
  wind_gusts_10m: 'km/h',
  weather_code: 'wmo code',
  precipitation_probability: '%',
  temperature_2m_max: '°C',
  temperature_2m_min: '°C',
  precipitation_sum: 'mm',
  wind_speed_10m_max: 'km/h',
  wind_gusts_10m_max: 'km/h',
  wind_direction_10m_dominant: '°',
  sunshine_duration: 's',
  precipitation_probability_max: '%',
  pm10: 'μg/m³',
  pm2_5: 'μg/m³',
  ozone: 'μg/m³',
  nitrogen_dioxide: 'μg/m³',
  european_aqi: 'EAQI',
  us_aqi: 'USAQI',
}

const list = (query: URLSearchParams, name: string): string[] => query.get(name)?.split(',') ?? []
const unitsOf = (names: readonly string[]) =>
  Object.fromEntries(['time', ...names].map((name) => [name, UNITS[name] ?? '']))
const local = (instant: number, offset: number): string => new Date(instant + offset).toISOString().slice(0, 16)

/**
 * Figures: the latitude for current values, the number of the step in series, and a WMO code where
 * expected.
 */
const momentOf = (names: readonly string[], latitude: number) =>
  Object.fromEntries(names.map((name) => [name, name === 'weather_code' ? 61 : name === 'is_day' ? 1 : latitude]))
const seriesOf = (names: readonly string[], length: number) =>
  Object.fromEntries(
    names.map((name) => [name, Array.from({ length }, (_, step) => (name === 'weather_code' ? 3 : step))]),
  )

function placeAnswer({ query }: StubCall, latitude: number, index: number): object {
  const now = Date.now()
  const timeZone = timeZoneAt(latitude, Number(list(query, 'longitude')[index]))
  const offset = utcOffset(timeZone, now)
  const today = localDate(timeZone, now)
  const [current, hourly, daily] = ['current', 'hourly', 'daily'].map((name) => list(query, name)) as [
    string[],
    string[],
    string[],
  ]
  const hours = Number(query.get('forecast_hours') ?? 168)
  const first = query.get('start_date') ?? addDays(today, -Number(query.get('past_days') ?? 0))
  const last = query.get('end_date') ?? addDays(today, Number(query.get('forecast_days') ?? 7) - 1)
  const dates = datesBetween(first, last)
  const start = Math.floor(now / HOUR) * HOUR
  return {
    latitude: Math.round(latitude * 8) / 8,
    longitude: 0,
    generationtime_ms: 0.1,
    utc_offset_seconds: offset / 1000,
    timezone: timeZone,
    timezone_abbreviation: 'GMT',
    elevation: 38,
    ...(index > 0 && { location_id: index }),
    ...(current.length > 0 && {
      current_units: { ...unitsOf(current), interval: 'seconds' },
      current: {
        time: local(Math.floor(now / (INTERVAL * 1000)) * INTERVAL * 1000, offset),
        interval: INTERVAL,
        ...momentOf(current, latitude),
      },
    }),
    ...(hourly.length > 0 && {
      hourly_units: unitsOf(hourly),
      hourly: {
        time: Array.from({ length: hours }, (_, step) => local(start + step * HOUR, offset)),
        ...seriesOf(hourly, hours),
      },
    }),
    ...(daily.length > 0 && {
      daily_units: unitsOf(daily),
      daily: { time: dates, ...seriesOf(daily, dates.length) },
    }),
  }
}

/** One place gives an object, several give an array. */
export function openMeteoAnswer(call: StubCall): StubAnswer {
  const latitudes = list(call.query, 'latitude').map(Number)
  if (latitudes.length > 1000) return { status: 400, body: { error: true, reason: 'Too many locations.' } }
  const places = latitudes.map((latitude, index) => placeAnswer(call, latitude, index))
  return { body: places.length === 1 ? places[0] : places }
}

export const startOpenMeteo = (): Promise<Stub> => startStub(openMeteoAnswer)

/** By the calendar of Lisbon, which most tests request. */
export const daysAgo = (days: number): string => localDate('Europe/Lisbon', Date.now() - days * DAY)
