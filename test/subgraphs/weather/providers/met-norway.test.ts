import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { DAY, HOUR, rfc3339 } from '../../../../subgraphs/weather/model/time.ts'
import { type StoppedClock, stopClock } from '../../../support/clock.ts'
import { until } from '../../../support/until.ts'
import { LAST_MODIFIED, startMetNorway, UPDATED_AT } from '../support/met-norway.ts'
import { type RunningWeather, startWeather } from '../support/service.ts'
import { type Stub, send } from '../support/stub.ts'

const LISBON = '2267057'
let stub: Stub
let weather: RunningWeather
let clock: StoppedClock
let expiresIn = 60_000
beforeEach(async () => {
  clock = stopClock()
  expiresIn = 60_000
  stub = await startMetNorway(() => expiresIn)
  weather = await startWeather({
    WEATHER_PROVIDER: 'met-norway',
    MET_NORWAY_URL: stub.url,
    MET_NORWAY_CONTACT: 'weather@bank.example',
  })
})
afterEach(async () => {
  clock[Symbol.dispose]()
  await weather.stop()
  await stub.close()
})

const current = (latitude: number) =>
  weather.ask(`{ weather(at: { latitude: ${latitude}, longitude: 10.123456789 }) { current { temperature } } }`)

describe('requests to MET Norway', () => {
  test('A request names the application, a height, and no more than four decimals', async () => {
    await weather.ask(`{ city(id: "${LISBON}") { weather { current { temperature } } } }`)
    await current(-59.123456789)
    expect(
      stub.calls.map(({ path, query, headers }) => [path, Object.fromEntries(query), headers['user-agent']]),
    ).toEqual([
      [
        '/weatherapi/locationforecast/2.0/compact',
        { lat: '38.7167', lon: '-9.1333', altitude: expect.stringMatching(/^\d+$/) },
        expect.stringContaining('weather@bank.example'),
      ],
      ['/weatherapi/locationforecast/2.0/compact', { lat: '-59.1235', lon: '10.1235' }, expect.any(String)],
    ])
  })

  test('One call asks for everything about a place', async () => {
    const { errors } = await weather.ask(
      `{ city(id: "${LISBON}") { weather { current { temperature } hourly(hours: 12) { time } daily(days: 5) { date } } } }`,
    )
    expect(errors).toBeUndefined()
    expect(stub.calls).toHaveLength(1)
  })

  test('No call is made while an answer has not expired', async () => {
    await current(60)
    await current(60)
    expect(stub.calls).toHaveLength(1)
    expect((await current(60)).headers.get('cache-control')).toMatch(/^max-age=(5\d|60), public$/)
  })

  test('An expired answer is revalidated, and stays in use if unchanged', async () => {
    expiresIn = -1000
    const first = await current(60)
    const second = await current(60)
    expect(stub.calls.map(({ headers }) => headers['if-modified-since'])).toEqual([undefined, LAST_MODIFIED])
    expect(second.data).toEqual(first.data)
    expect(second.errors).toBeUndefined()
  })

  test('At most twenty places are requested per second', async () => {
    const points = Array.from(
      { length: 15 },
      (_, index) => `w${index}: weather(at: { latitude: ${index}, longitude: 5 }) { current { temperature } }`,
    )
    const asked = weather.ask(`{ ${points.join(' ')} }`)
    await until(() => stub.calls.length === 10 && clock.timers > 0)
    await clock.step(1_000)
    const { data, errors } = await asked
    expect(errors).toBeUndefined()
    expect(Object.keys(data)).toHaveLength(15)
    expect(stub.calls).toHaveLength(15)
    expect(stub.mostAtOnce).toBeLessThanOrEqual(10)
  })
})

describe('answers of MET Norway', () => {
  test('An answer is converted to our units, with its time of issue and its credit', async () => {
    const { data } = await weather.ask(`{ city(id: "${LISBON}") { weather {
      current { time temperature humidity windSpeed windDirection precipitation cloudCover pressure weatherCode condition isDay source { provider kind issuedAt attribution } } } } }`)
    expect(data.city.weather.current).toEqual({
      time: rfc3339(Math.floor(Date.now() / HOUR) * HOUR),
      temperature: 38.7,
      humidity: 60,
      windSpeed: 36,
      windDirection: 210,
      precipitation: 0.5,
      cloudCover: 75,
      pressure: 1013.2,
      weatherCode: 80,
      condition: 'LIGHT_RAIN_SHOWERS',
      isDay: true,
      source: {
        provider: 'met-norway',
        kind: 'FORECAST',
        issuedAt: UPDATED_AT,
        attribution: expect.stringContaining('Norwegian Meteorological Institute'),
      },
    })
  })

  test('An answer gives hours without gaps, and whole days', async () => {
    const { data } = await weather.ask(
      `{ weather(at: { latitude: 60, longitude: 0 }) { timeZone hourly(hours: 100) { time } daily(days: 16) { date temperatureMax precipitationSum weatherCode } } }`,
    )
    const start = Math.floor(Date.now() / HOUR) * HOUR
    expect(data.weather.hourly.map(({ time }: { time: string }) => time)).toEqual(
      Array.from({ length: 48 }, (_, step) => rfc3339(start + step * HOUR)),
    )
    const { daily } = data.weather
    expect(daily.length).toBeGreaterThanOrEqual(8)
    expect(daily.length).toBeLessThanOrEqual(10)
    expect(daily[1]).toMatchObject({
      temperatureMax: 60,
      precipitationSum: daily[1].date === new Date(start + DAY).toISOString().slice(0, 10) ? 12 : expect.any(Number),
      weatherCode: 80,
    })
    expect(daily.at(-1)).toMatchObject({ precipitationSum: 12, weatherCode: 63 })
  })

  test('An answer has no past, no far future and no air quality', async () => {
    const { data, errors } = await weather.ask(
      `{ city(id: "${LISBON}") { weather { past: on(date: "2020-01-01") { date } airQuality { pm10 } } } }`,
    )
    expect(errors).toBeUndefined()
    expect(data.city.weather).toEqual({ past: null, airQuality: null })
    expect(stub.calls).toEqual([])
  })

  test.each([
    ['in another unit', (text: string) => text.replace('"air_temperature":"celsius"', '"air_temperature":"kelvin"')],
    ['without a series', (text: string) => text.replace('"timeseries"', '"other"')],
    ['with an empty series', (text: string) => text.replace(/"timeseries":\[.*\]/, '"timeseries":[]')],
    ['with text for a number', (text: string) => text.replace(/"air_temperature":\d+/, '"air_temperature":"warm"')],
    ['cut short', (text: string) => text.slice(0, 500)],
  ])('An answer is refused when it comes %s', async (_how, change) => {
    stub.fault = (_call, response, well) => send(response, { ...well, body: change(JSON.stringify(well.body)) })
    const { data, errors } = await current(60)
    expect(data).toEqual({ weather: { current: null } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  })
})
