import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { DEADLINE } from '../../../../subgraphs/weather/upstream/remote.ts'
import { type StoppedClock, stopClock } from '../../../support/clock.ts'
import { startMetNorway } from '../support/met-norway.ts'
import { openMeteoAnswer, startOpenMeteo } from '../support/open-meteo.ts'
import { type RunningWeather, startWeather } from '../support/service.ts'
import { type Fault, type Stub, send } from '../support/stub.ts'

const LISBON = '2267057'
const PORTO = '2735943'
const QUERY = `{
  lisbon: city(id: "${LISBON}") { name weather { current { temperature } } }
  porto: city(id: "${PORTO}") { name weather { current { temperature } } }
}`

/** Answers with a changed body. */
const changed =
  (change: (body: string) => string): Fault =>
  (_call, response, well) =>
    send(response, { ...well, body: change(JSON.stringify(well.body)) })

const faults: Readonly<Record<string, Fault>> = {
  'cuts the connection': (_call, response) => response.destroy(),
  'is slower than the deadline': () => void clock.step(DEADLINE),
  'begins to answer and never ends': (_call, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('[{"latitude":', () => void clock.step(DEADLINE))
  },
  'answers 429': (_call, response) =>
    send(response, { status: 429, body: { error: true, reason: 'Minutely API request limit exceeded.' } }),
  'answers 503': (_call, response) => send(response, { status: 503, body: { error: true, reason: 'Busy.' } }),
  'answers 400': (_call, response) => send(response, { status: 400, body: { error: true, reason: 'No such place.' } }),
  'answers 500 with a page': (_call, response) => send(response, { status: 500, body: '<html>' }),
  'redirects elsewhere': (_call, response) =>
    send(response, { status: 302, headers: { location: 'http://127.0.0.1:1/' } }),
  'answers what is not JSON': (_call, response) => send(response, { body: '<html>sorry</html>' }),
  'answers JSON of another shape': (_call, response) => send(response, { body: { hello: 'world' } }),
  'answers null': (_call, response) => send(response, { body: 'null' }),
  'answers with half a body': (_call, response, well) => {
    const body = JSON.stringify(well.body)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body.slice(0, body.length / 2), () => response.destroy())
  },
  'fails in the middle of a 200': changed(
    (body) => `${body.slice(0, body.length / 2)}{"error":true,"reason":"Unexpected error"}`,
  ),
  'answers for one place too few': (call, response) => {
    const { body } = openMeteoAnswer(call)
    send(response, { body: Array.isArray(body) ? body.slice(1) : [] })
  },
  'answers for one place too many': (call, response) => {
    const { body } = openMeteoAnswer(call)
    send(response, { body: Array.isArray(body) ? [...body, body[0]] : [body, body] })
  },
  'answers NaN': changed((body) => body.replaceAll(/("temperature_2m":)[\d.]+/g, '$1NaN')),
  'answers a number too large to be one': changed((body) => body.replaceAll(/("temperature_2m":)[\d.]+/g, '$11e999')),
  'answers text for a number': changed((body) => body.replaceAll(/("temperature_2m":)[\d.]+/g, '$1"warm"')),
  'answers half a code': changed((body) => body.replaceAll(/("weather_code":)\d+/g, '$161.5')),
  'answers a code beyond all': changed((body) => body.replaceAll(/("weather_code":)\d+/g, '$19999999999')),
  'leaves a figure out': changed((body) =>
    body.replaceAll('"relative_humidity_2m":38', '"other":38').replaceAll('"relative_humidity_2m":41', '"other":41'),
  ),
  'leaves the moment out': changed((body) => body.replaceAll('"current":', '"other":')),
  'leaves the offset out': changed((body) => body.replaceAll('"utc_offset_seconds"', '"other"')),
  'answers a time that is none': changed((body) => body.replaceAll(/"time":"\d[^"]*"/g, '"time":"soon"')),
}

let stub: Stub
let clock: StoppedClock
beforeAll(async () => {
  stub = await startOpenMeteo()
})
beforeEach(() => {
  stub.calls.length = 0
  stub.fault = undefined
})
afterAll(() => stub.close())

/**
 * With a stopped clock, so that no answer is late because of a slow machine; faults let the
 * deadline pass.
 */
const running = async (
  env: Readonly<Record<string, string>>,
  use: (weather: RunningWeather) => Promise<void>,
): Promise<void> => {
  clock = stopClock()
  const weather = await startWeather({ OPEN_METEO_URL: stub.url, ...env })
  try {
    await use(weather)
  } finally {
    clock[Symbol.dispose]()
    await weather.stop()
  }
}

describe.each(Object.entries(faults))('an upstream that %s', (_name, fault) => {
  test('A fault of an upstream fails the weather only: cities keep their names, and the error hides the upstream', async () => {
    await running({ WEATHER_PROVIDER: 'open-meteo' }, async (weather) => {
      stub.fault = fault
      const { data, errors, headers } = await weather.ask(QUERY)
      expect(data).toEqual({
        lisbon: { name: 'Lisbon', weather: { current: null } },
        porto: { name: 'Porto', weather: { current: null } },
      })
      expect(
        errors?.map(({ path, extensions }) => ({ path, code: extensions['code'], service: extensions['service'] })),
      ).toEqual(
        ['lisbon', 'porto'].map((city) => ({
          path: [city, 'weather', 'current'],
          code: 'SERVICE_UNAVAILABLE',
          service: 'weather',
        })),
      )
      expect(JSON.stringify(errors)).not.toMatch(/127\.0\.0\.1|open-meteo|ECONN|JSON|deadline/i)
      expect(headers.get('cache-control')).toBe('no-store')
    })
  })
})

const some = ['cuts the connection', 'is slower than the deadline', 'answers 429', 'answers NaN'] as const

test.each(some)('An upstream that %s is replaced by the next provider', async (name) => {
  await running({ WEATHER_PROVIDER: 'open-meteo,almanac' }, async (weather) => {
    stub.fault = faults[name]
    const { data, errors } = await weather.ask(
      `{ city(id: "${LISBON}") { weather { provider kind current { temperature } } } }`,
    )
    expect(errors).toBeUndefined()
    expect(data.city.weather).toEqual({
      provider: 'almanac',
      kind: 'ESTIMATE',
      current: { temperature: expect.any(Number) },
    })
    expect(stub.calls.length).toBeGreaterThan(0)
  })
})

test('An unreachable upstream fails the weather only', async () => {
  await running({ WEATHER_PROVIDER: 'open-meteo', OPEN_METEO_URL: 'http://127.0.0.1:1' }, async (weather) => {
    const { data, errors } = await weather.ask(
      `{ city(id: "${LISBON}") { name timeZone weather { sun { sunrise } current { temperature } } } }`,
    )
    expect(data.city).toEqual({
      name: 'Lisbon',
      timeZone: 'Europe/Lisbon',
      weather: { sun: { sunrise: expect.any(String) }, current: null },
    })
    expect(errors).toHaveLength(1)
  })
})

test('One unreadable place fails that place only', async () => {
  await running({ WEATHER_PROVIDER: 'open-meteo' }, async (weather) => {
    stub.fault = (call, response) => {
      const { body } = openMeteoAnswer(call)
      send(response, { body: Array.isArray(body) ? [{ ...body[0], current: undefined }, ...body.slice(1)] : body })
    }
    const { data, errors } = await weather.ask(QUERY)
    expect(data).toMatchObject({
      lisbon: { weather: { current: null } },
      porto: { weather: { current: { temperature: 41.1 } } },
    })
    expect(errors).toHaveLength(1)
  })
})

test('The chain passes from one live provider to the next', async () => {
  const norway = await startMetNorway()
  await running({ WEATHER_PROVIDER: 'open-meteo,met-norway,almanac', MET_NORWAY_URL: norway.url }, async (weather) => {
    stub.fault = faults['answers 503']
    const { data, errors } = await weather.ask(
      `{ city(id: "${LISBON}") { weather { provider current { temperature } on(date: "2012-01-01") { source { provider } } } } }`,
    )
    expect(errors).toBeUndefined()
    expect(data.city.weather).toEqual({
      provider: 'met-norway',
      current: { temperature: 38.7 },
      on: { source: { provider: 'almanac' } },
    })
    expect(norway.calls).toHaveLength(1)
  })
  await norway.close()
})

test.each([
  ['in seconds', () => '120', 120],
  ['until a date', () => new Date(Date.now() + 60_000).toUTCString(), 60],
])(
  'An upstream that asks for a pause %s is left alone for as long, and clients learn how long',
  async (_how, retryAfter, seconds) => {
    await running({ WEATHER_PROVIDER: 'open-meteo' }, async (weather) => {
      stub.fault = (_call, response) =>
        send(response, {
          status: 429,
          headers: { 'retry-after': retryAfter() },
          body: { error: true, reason: 'Slow down.' },
        })
      const first = await weather.ask(QUERY)
      stub.fault = undefined
      const second = await weather.ask(QUERY)
      for (const { errors } of [first, second]) {
        const told = errors?.[0]?.extensions['retryAfter'] as number
        expect(told).toBeLessThanOrEqual(seconds)
        expect(told).toBeGreaterThan(seconds - 20)
      }
      expect(stub.calls).toHaveLength(1)
    })
  },
)

test('The breaker opens after five failures in a row, answers at once while open, and leaves other endpoints alone', async () => {
  await running({ WEATHER_PROVIDER: 'open-meteo' }, async (weather) => {
    stub.fault = faults['answers 503']
    for (let call = 0; call < 8; call++) await weather.ask(QUERY)
    expect(stub.calls).toHaveLength(5)
    const { errors } = await weather.ask(QUERY)
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: expect.any(Number) })
    stub.fault = undefined
    const air = await weather.ask(`{ city(id: "${LISBON}") { weather { airQuality { pm10 } } } }`)
    expect(air.errors).toBeUndefined()
  })
})

test('Cached answers survive an outage of the upstream', async () => {
  await running({ WEATHER_PROVIDER: 'open-meteo' }, async (weather) => {
    const before = await weather.ask(QUERY)
    stub.fault = faults['cuts the connection']
    expect((await weather.ask(QUERY)).data).toEqual(before.data)
  })
})
