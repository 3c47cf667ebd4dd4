import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { addDays, HOUR, rfc3339 } from '../../../../subgraphs/weather/model/time.ts'
import type { Answer } from '../../../support/answer.ts'
import { type StoppedClock, stopClock } from '../../../support/clock.ts'
import { daysAgo, openMeteoAnswer, startOpenMeteo } from '../support/open-meteo.ts'
import { type RunningWeather, startWeather } from '../support/service.ts'
import { type Stub, send } from '../support/stub.ts'

let stub: Stub
let weather: RunningWeather
let clock: StoppedClock
beforeAll(async () => {
  // Quotas and forecasts count whole minutes, hours and days: no test may cross the end of one.
  clock = stopClock(Date.parse('2026-06-15T10:20:17Z'))
  stub = await startOpenMeteo()
})
beforeEach(async () => {
  stub.calls.length = 0
  stub.fault = undefined
  weather = await startWeather({ WEATHER_PROVIDER: 'open-meteo', OPEN_METEO_URL: stub.url })
})
afterEach(() => weather.stop())
afterAll(async () => {
  await stub.close()
  clock[Symbol.dispose]()
})

const LISBON = '2267057'
const TEN = [
  '2267057',
  '5128581',
  '5809844',
  '2643743',
  '2988507',
  '3117735',
  '3169070',
  '2950159',
  '2761369',
  '756135',
]
const query = (index: number, name: string): string | null => stub.calls[index]?.query.get(name) ?? null

const ENTITIES = `query ($cities: [_Any!]!) {
  _entities(representations: $cities) { ... on City { name weather { provider kind current { temperature } } } }
}`
const representations = (ids: readonly string[]) => ({ cities: ids.map((id) => ({ __typename: 'City', id })) })

describe('weather of many cities', () => {
  test('Many cities are one call with comma lists, and each city gets its own figures', async () => {
    const { data, errors } = await weather.ask(ENTITIES, representations(TEN))
    expect(errors).toBeUndefined()
    expect(stub.calls).toHaveLength(1)
    expect(stub.calls[0]?.path).toBe('/v1/forecast')
    const latitudes = query(0, 'latitude')?.split(',').map(Number) ?? []
    expect(latitudes).toHaveLength(TEN.length)
    expect(query(0, 'longitude')?.split(',')).toHaveLength(TEN.length)
    const told = data._entities.map(
      (city: { weather: { current: { temperature: number } } }) => city.weather.current.temperature,
    )
    expect(told).toEqual(latitudes.map((latitude) => Number(latitude.toFixed(1))))
    expect(data._entities[0]).toMatchObject({ name: 'Lisbon', weather: { provider: 'open-meteo', kind: 'FORECAST' } })
  })

  test('Cities are one call at any depth and with any fields', async () => {
    const { errors } = await weather.ask(`{
      one: city(id: "${LISBON}") { weather { current { temperature } } }
      many: cities(search: "Por", first: 5) { edges { node { weather { hourly(hours: 5) { temperature } } } } }
      point: weather(at: { latitude: 40, longitude: -8 }) { daily(days: 3) { temperatureMax } on(date: "${daysAgo(2)}") { temperatureMin } }
    }`)
    expect(errors).toBeUndefined()
    expect(stub.calls).toHaveLength(1)
    expect(query(0, 'latitude')?.split(',')).toHaveLength(7)
    expect(query(0, 'past_days')).toBe('2')
  })

  test('A place is requested once, however often it is mentioned, and only for the selected fields', async () => {
    await weather.ask(
      `{ a: city(id: "${LISBON}") { weather { current { temperature } } } b: city(id: "${LISBON}") { weather { current { humidity } } } }`,
    )
    expect(stub.calls).toHaveLength(1)
    expect(query(0, 'latitude')).toBe('38.7167')
    expect([query(0, 'hourly'), query(0, 'daily')]).toEqual([null, null])
    expect(query(0, 'current')?.split(',')).toContain('weather_code')
  })

  test('Over 500 cities are split only into addresses of a size that servers accept', async () => {
    const { data } = await weather.ask(
      '{ cities(near: { latitude: 50, longitude: 8 }, radius: 1000, first: 100) { edges { node { id } } } }',
    )
    expect(data.cities.edges).toHaveLength(100)
    const points = Array.from(
      { length: 501 },
      (_, index) => `w${index}: weather(at: { latitude: ${index / 10}, longitude: 1 }) { current { temperature } }`,
    )
    expect((await weather.ask(`{ ${points.join('\n')} }`)).errors).toBeUndefined()
    expect(stub.calls.map((call) => call.query.get('latitude')?.split(',').length)).toEqual([500, 1])
  })

  test('Unknown cities are empty, and the others whole', async () => {
    const { data, errors } = await weather.ask(ENTITIES, representations([LISBON, '1', 'x']))
    expect(errors).toBeUndefined()
    expect(data._entities).toEqual([expect.objectContaining({ name: 'Lisbon' }), null, null])
  })
})

describe('answers', () => {
  test('An Open-Meteo answer is read by the units and the offset it states', async () => {
    const { data } = await weather.ask(`{ city(id: "${LISBON}") { weather {
      current { time temperature fahrenheit: temperature(unit: FAHRENHEIT) windSpeed(unit: METRES_PER_SECOND) precipitation pressure(unit: INCHES_OF_MERCURY)
                weatherCode condition description(locale: "pt") isDay source { provider kind attribution issuedAt } }
      hourly(hours: 3) { time temperature condition }
      daily(days: 2) { date temperatureMax uvIndexMax source { kind } } } } }`)
    const { current, hourly, daily } = data.city.weather
    expect(current).toMatchObject({
      temperature: 38.7,
      fahrenheit: 101.7,
      windSpeed: 10.8,
      precipitation: 38.72,
      pressure: 1.14,
      weatherCode: 61,
      condition: 'LIGHT_RAIN',
      description: 'Chuva fraca',
      isDay: true,
      source: { provider: 'open-meteo', kind: 'FORECAST', attribution: expect.stringContaining('Open-Meteo') },
    })
    expect(Date.now() - Date.parse(current.time)).toBeLessThan(16 * 60_000)
    const hour = Math.floor(Date.now() / HOUR) * HOUR
    expect(hourly.map(({ time }: { time: string }) => time)).toEqual(
      [0, 1, 2].map((step) => rfc3339(hour + step * HOUR)),
    )
    expect(daily).toMatchObject([{ date: daysAgo(0) }, { date: addDays(daysAgo(0), 1) }])
  })

  test('An answer in another unit than requested is refused', async () => {
    stub.fault = (_call, response, well) =>
      send(response, { ...well, body: JSON.stringify(well.body).replaceAll('km/h', 'mp/h') })
    const { errors } = await weather.ask(`{ city(id: "${LISBON}") { weather { current { temperature } } } }`)
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  })

  test('Gaps in an answer are null', async () => {
    stub.fault = (call, response) => {
      const { body } = openMeteoAnswer(call)
      send(response, { body: JSON.stringify(body).replace(/("temperature_2m":)[\d.]+/, '$1null') })
    }
    const { data, errors } = await weather.ask(
      `{ city(id: "${LISBON}") { name weather { current { temperature humidity } } } }`,
    )
    expect(errors).toBeUndefined()
    expect(data.city).toEqual({ name: 'Lisbon', weather: { current: { temperature: null, humidity: 38.7167 } } })
  })
})

describe('past and future days', () => {
  const on = (date: string) =>
    weather.ask(
      `{ city(id: "${LISBON}") { weather { kind on(date: "${date}") { date temperatureMax source { kind } } } } }`,
    )

  test('Days long past come from the archive, as observed', async () => {
    const { data } = await on('1999-12-31')
    expect(data.city.weather).toEqual({
      kind: 'OBSERVED',
      on: { date: '1999-12-31', temperatureMax: 0, source: { kind: 'OBSERVED' } },
    })
    expect(stub.calls.map(({ path }) => path)).toEqual(['/v1/archive'])
    expect([query(0, 'start_date'), query(0, 'end_date')]).toEqual(['1999-12-31', '1999-12-31'])
    expect(query(0, 'daily')).not.toMatch(/probability|uv_index/)
  })

  test('The last week, which the archive may lack, and the next two come from the forecast', async () => {
    expect((await on(daysAgo(3))).data.city.weather.on).toMatchObject({
      date: daysAgo(3),
      source: { kind: 'FORECAST' },
    })
    expect((await on(daysAgo(-15))).data.city.weather.on).toMatchObject({ date: daysAgo(-15) })
    expect(stub.calls.map(({ path, query: each }) => [path, each.get('past_days'), each.get('forecast_days')])).toEqual(
      [
        ['/v1/forecast', '3', '1'],
        ['/v1/forecast', null, '16'],
      ],
    )
  })

  test('Days before 1940 or beyond the forecast are null without a call', async () => {
    for (const date of ['1939-12-31', daysAgo(-17)]) {
      expect(
        (await weather.ask(`{ city(id: "${LISBON}") { weather { on(date: "${date}") { date } } } }`)).data.city.weather,
      ).toEqual({ on: null })
    }
    expect(stub.calls).toEqual([])
  })

  test('Days near each other are one call of the archive, and days far apart one each', async () => {
    const days = (dates: readonly string[]) =>
      weather.ask(
        `{ city(id: "${LISBON}") { weather { ${dates.map((date, index) => `d${index}: on(date: "${date}") { date }`).join(' ')} } } }`,
      )
    expect((await days(['2001-03-01', '2001-03-20', '2001-03-31'])).errors).toBeUndefined()
    expect(stub.calls).toHaveLength(1)
    expect((await days(['1950-01-01', '2005-01-01'])).data.city.weather).toEqual({
      d0: { date: '1950-01-01' },
      d1: { date: '2005-01-01' },
    })
    expect(stub.calls).toHaveLength(3)
  })
})

test('Air quality comes from its own endpoint', async () => {
  const { data } = await weather.ask(
    `{ city(id: "${LISBON}") { weather { airQuality { pm10 pm2_5 europeanAqi source { provider } } } } }`,
  )
  expect(data.city.weather.airQuality).toEqual({
    pm10: 38.7167,
    pm2_5: 38.7167,
    europeanAqi: 38.7167,
    source: { provider: 'open-meteo' },
  })
  expect(stub.calls.map(({ path }) => path)).toEqual(['/v1/air-quality'])
})

describe('saving calls', () => {
  const current = `{ city(id: "${LISBON}") { weather { current { temperature } } } }`

  test('A valid answer is reused, also for a part of what it covers', async () => {
    await weather.ask(current)
    await weather.ask(current)
    expect(stub.calls).toHaveLength(1)
    const hours = (count: number) =>
      weather.ask(`{ city(id: "${LISBON}") { weather { hourly(hours: ${count}) { time } } } }`)
    expect((await hours(24)).data.city.weather.hourly).toHaveLength(24)
    expect((await hours(6)).data.city.weather.hourly).toHaveLength(6)
    expect(stub.calls).toHaveLength(2)
  })

  test('The upstream decides how long an answer is kept, and one that may not be kept is requested again', async () => {
    stub.fault = (_call, response, well) => send(response, { ...well, headers: { 'cache-control': 'no-store' } })
    await weather.ask(current)
    await weather.ask(current)
    expect(stub.calls).toHaveLength(2)
    stub.fault = (_call, response, well) => send(response, { ...well, headers: { 'cache-control': 'max-age=60' } })
    expect((await weather.ask(current)).headers.get('cache-control')).toMatch(/^max-age=(5\d|60), public$/)
    await weather.ask(current)
    expect(stub.calls).toHaveLength(3)
  })

  test('Identical requests in flight share one call, and different ones wait for the next', async () => {
    const held: (() => void)[] = []
    stub.fault = (_call, response, well) => held.push(() => send(response, well))
    const first = weather.ask(current)
    while (held.length === 0) await new Promise(setImmediate)
    const others = [...TEN.slice(1).map((id) => weather.ask(ENTITIES, representations([id]))), weather.ask(current)]
    // They have arrived once a later request without an upstream call is answered.
    await weather.ask('{ city(id: "1") { id } }')
    expect(stub.calls).toHaveLength(1)
    stub.fault = undefined
    held[0]?.()
    const answers = await Promise.all([first, ...others])
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([])
    expect(stub.calls.length).toBeLessThanOrEqual(3)
    expect(stub.calls.reduce((places, call) => places + (call.query.get('latitude')?.split(',').length ?? 0), 0)).toBe(
      TEN.length,
    )
  })

  test('The quota of the free service is enforced on our side: no calls beyond it are made', async () => {
    const points = (from: number, count: number) =>
      weather.ask(
        `{ ${Array.from({ length: count }, (_, index) => `w${index}: weather(at: { latitude: ${(from + index) / 100}, longitude: 2 }) { current { temperature } }`).join('\n')} }`,
      )
    let refused: Answer
    let from = 0
    do {
      refused = await points(from, 50)
      from += 50
    } while (!refused.errors)
    expect(refused.errors).toHaveLength(50)
    expect(refused.errors[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 60 - 17 })
    // A place with 11 figures counts 1.1 of the 600 in a minute.
    expect(stub.calls.map(({ query }) => query.get('latitude')?.split(',').length)).toEqual(Array(10).fill(50))
  })
})

test.each([
  ['Kathmandu', '1283240'],
  ['New York', '5128581'],
])('The local times of %s become instants by the stated offset', async (_name, id) => {
  const { data } = await weather.ask(`{ city(id: "${id}") { weather { current { time } hourly(hours: 2) { time } } } }`)
  const { current, hourly } = data.city.weather
  const hour = Math.floor(Date.now() / HOUR) * HOUR
  expect(Math.abs(Date.now() - Date.parse(current.time))).toBeLessThan(16 * 60_000)
  expect(hourly.map(({ time }: { time: string }) => time)).toEqual([rfc3339(hour), rfc3339(hour + HOUR)])
})
