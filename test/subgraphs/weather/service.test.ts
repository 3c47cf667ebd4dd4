import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startService } from '../../../subgraphs/shared/serve.ts'
import { openGazetteer } from '../../../subgraphs/weather/gazetteer/gazetteer.ts'
import { localDate } from '../../../subgraphs/weather/model/time.ts'
import { weatherService } from '../../../subgraphs/weather/service.ts'
import fc from '../../support/fast-check.ts'
import { TEST_SECRET } from '../../support/signed-call.ts'
import { type RunningWeather, startWeather } from './support/service.ts'

let weather: RunningWeather
beforeAll(async () => {
  weather = await startWeather()
})
afterAll(() => weather.stop())

const LISBON = '2267057'
const SEATTLE = '5809844'

interface Page {
  edges: { cursor: string; distance: number | null; node: { id: string; name: string; population: number } }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
}

const CITIES = `query ($search: String, $near: CoordinatesInput, $radius: Float, $first: Int, $after: String) {
  cities(search: $search, near: $near, radius: $radius, first: $first, after: $after) {
    edges { cursor distance node { id name population } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`

async function everyPage(variables: Readonly<Record<string, unknown>>): Promise<Page[]> {
  const pages: Page[] = []
  let after: string | null | undefined
  do {
    const { data, errors } = await weather.ask(CITIES, { ...variables, ...(after && { after }) })
    expect(errors).toBeUndefined()
    pages.push(data.cities)
    after = data.cities.pageInfo.endCursor
  } while (pages.at(-1)?.pageInfo.hasNextPage)
  return pages
}

describe('cities', () => {
  test('Pages of any size list all cities, once each, in the order of one large page', async () => {
    const whole = [...openGazetteer().startingWith('san')].map(({ id }) => id)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 40, max: 100 }), async (first) => {
        const pages = await everyPage({ search: 'SÀN', first })
        expect(pages.flatMap(({ edges }) => edges.map(({ node }) => node.id))).toEqual(whole)
        expect(pages.map(({ pageInfo }) => pageInfo.hasPreviousPage)).toEqual(pages.map((_, index) => index > 0))
        for (const { edges, pageInfo } of pages) {
          expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]?.cursor, edges.at(-1)?.cursor])
        }
      }),
      { numRuns: 3 },
    )
  })

  test('Cities near a point come nearest first, with their distance, page by page', async () => {
    const near = { latitude: 52.52, longitude: 13.4 }
    const pages = await everyPage({ near, radius: 60, first: 7 })
    const edges = pages.flatMap((page) => page.edges)
    const expected = openGazetteer().near(near.latitude, near.longitude, 60)
    expect(edges.map(({ node }) => node.id)).toEqual(expected.map(({ city }) => city.id))
    expect(edges[0]).toMatchObject({ node: { name: 'Mitte' }, distance: expect.any(Number) })
  })

  test('Cities near a point and by name are those that match both', async () => {
    const { data } = await weather.ask(CITIES, {
      near: { latitude: 52.52, longitude: 13.4 },
      radius: 40,
      search: 'pots',
      first: 5,
    })
    expect(data.cities.edges.map(({ node }: Page['edges'][number]) => node.name)).toEqual(['Potsdam'])
  })

  test('An unknown city gives an empty list', async () => {
    expect((await weather.ask(CITIES, { search: 'Xyzzy', first: 5 })).data.cities).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    })
  })

  test('Cities are answered as entities, with null for an unknown id', async () => {
    const { data } = await weather.ask(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on City { id name timeZone elevation } } }',
      {
        r: [LISBON, 'nope', '-1', SEATTLE].map((id) => ({ __typename: 'City', id })),
      },
    )
    expect(data._entities).toEqual([
      { id: LISBON, name: 'Lisbon', timeZone: 'Europe/Lisbon', elevation: expect.any(Number) },
      null,
      null,
      { id: SEATTLE, name: 'Seattle', timeZone: 'America/Los_Angeles', elevation: 56 },
    ])
    expect((await weather.ask('{ city(id: "1") { id } }')).data).toEqual({ city: null })
  })
})

describe('bad input', () => {
  const ofCity = (fields: string): string => `{ city(id: "${LISBON}") { name weather { ${fields} } } }`
  test.each([
    ['{ cities { edges { cursor } } }', /"search" and "near"/],
    ['{ cities(search: "") { edges { cursor } } }', /"search"/],
    ['{ cities(search: "   ") { edges { cursor } } }', /"search"/],
    ['{ cities(search: "–") { edges { cursor } } }', /"search"/],
    [`{ cities(search: "\u0301", near: { latitude: 0, longitude: 0 }) { edges { cursor } } }`, /"search"/],
    [`{ cities(search: "${'x'.repeat(101)}") { edges { cursor } } }`, /"search"/],
    ['{ cities(search: "a", first: -1) { edges { cursor } } }', /"first"/],
    ['{ cities(search: "a", last: 101) { edges { cursor } } }', /"last"/],
    ['{ cities(search: "a", first: 1, last: 1) { edges { cursor } } }', /"first" or "last"/],
    ['{ cities(search: "a", first: 101) { edges { cursor } } }', /"first"/],
    ['{ cities(search: "a", first: -1) { edges { cursor } } }', /"first"/],
    ['{ cities(search: "a", after: "rubbish") { edges { cursor } } }', /"after"/],
    ['{ cities(near: { latitude: 91, longitude: 0 }) { edges { cursor } } }', /"latitude"/],
    ['{ cities(near: { latitude: 0, longitude: 0 }, radius: 0) { edges { cursor } } }', /"radius"/],
    ['{ cities(near: { latitude: 0, longitude: 0 }, radius: 1001) { edges { cursor } } }', /"radius"/],
    ['{ weather(at: { latitude: -90.1, longitude: 0 }) { kind } }', /"latitude"/],
    ['{ weather(at: { latitude: 0, longitude: 180.5 }) { kind } }', /"longitude"/],
    [ofCity('hourly(hours: 0) { time }'), /"hours"/],
    [ofCity('hourly(hours: 385) { time }'), /"hours"/],
    [ofCity('daily(days: 0) { date }'), /"days"/],
    [ofCity('daily(days: 17) { date }'), /"days"/],
    [ofCity('sun(on: "1899-12-31") { date }'), /"on"/],
    [ofCity('moon(on: "2101-01-01") { date }'), /"on"/],
    [ofCity('on(date: "2026-02-30") { date }'), /Date/],
    [ofCity('on(date: "yesterday") { date }'), /Date/],
  ])('Bad input is refused by the name of its argument: %s', async (query, message) => {
    const { errors } = await weather.ask(query)
    expect(errors).toHaveLength(1)
    expect(errors?.[0]).toMatchObject({
      message: expect.stringMatching(message),
      extensions: { code: expect.stringMatching(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/) },
    })
  })

  test('A bad value in variables is refused by weather too', async () => {
    for (const date of ['2026-13-01', 7, null]) {
      const { errors } = await weather.ask(
        'query ($d: Date!) { city(id: "1") { weather { on(date: $d) { date } } } }',
        { d: date },
      )
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' })
    }
  })

  test('A cursor of one list of cities is refused by another', async () => {
    const { data } = await weather.ask(CITIES, { search: 'lis', first: 1 })
    const { errors } = await weather.ask(CITIES, {
      near: { latitude: 0, longitude: 0 },
      first: 1,
      after: data.cities.pageInfo.endCursor,
    })
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('"after"'),
      extensions: { code: 'BAD_USER_INPUT' },
    })
  })

  test.each([
    [{ WEATHER_PROVIDER: 'almanac,crystal-ball' }, /WEATHER_PROVIDER.*almanac, open-meteo, met-norway/],
    [{ WEATHER_PROVIDER: ' , ' }, /WEATHER_PROVIDER/],
    [{ OPEN_METEO_URL: 'ftp://x' }, /OPEN_METEO_URL/],
    [{ REDIS_URL: 'localhost:6379' }, /REDIS_URL/],
  ])('The settings %j stop the start', async (env, message) => {
    await expect(startService(weatherService, { GATEWAY_SECRET: TEST_SECRET, ...env })).rejects.toThrow(message)
  })
})

describe('weather of a point', () => {
  test('A point has the same kind of weather as a city, in the time zone found there', async () => {
    const { data, errors } = await weather.ask(
      '{ weather(at: { latitude: 35.68, longitude: 139.69 }) { timeZone provider kind current { temperature } } }',
    )
    expect(errors).toBeUndefined()
    expect(data.weather).toEqual({
      timeZone: 'Asia/Tokyo',
      provider: 'almanac',
      kind: 'ESTIMATE',
      current: { temperature: expect.any(Number) },
    })
  })

  test('The poles, the date line and the sea have weather', async () => {
    for (const [latitude, longitude] of [
      [90, 0],
      [-90, 0],
      [0, 180],
      [0, -180],
      [-48.9, -123.4],
    ]) {
      const { data, errors } = await weather.ask(
        `{ weather(at: { latitude: ${latitude}, longitude: ${longitude} }) { current { temperature } hourly(hours: 384) { time } daily(days: 16) { date } sun { solarNoon } moon { phase } } }`,
      )
      expect(errors).toBeUndefined()
      expect([data.weather.hourly.length, data.weather.daily.length]).toEqual([384, 16])
    }
  })

  test("A point's days begin in its own time zone", async () => {
    const { data } = await weather.ask(
      '{ a: weather(at: { latitude: 1.87, longitude: -157.4 }) { daily(days: 1) { date } } b: weather(at: { latitude: 21.3, longitude: -157.85 }) { daily(days: 1) { date } } }',
    )
    expect(data.a.daily[0].date).toBe(localDate('Pacific/Kiritimati', Date.now()))
    expect(data.b.daily[0].date).toBe(localDate('Pacific/Honolulu', Date.now()))
    expect(data.a.daily[0].date > data.b.daily[0].date).toBe(true)
  })

  test('Any day from 1940 on has weather, and none before', async () => {
    const { data, errors } = await weather.ask(
      '{ weather(at: { latitude: 50, longitude: 8 }) { a: on(date: "0001-01-01") { date } b: on(date: "1939-12-31") { date } c: on(date: "1940-01-01") { date } d: on(date: "9999-12-31") { date } } }',
    )
    expect(errors).toBeUndefined()
    expect(data.weather).toEqual({ a: null, b: null, c: { date: '1940-01-01' }, d: { date: '9999-12-31' } })
  })

  test('Each part names its source', async () => {
    const parts = 'provider kind source { attribution }'
    const { data } = await weather.ask(`{ city(id: "${SEATTLE}") {
      past: weather { provider kind on(date: "2014-07-01") { temperatureMax source { kind } } }
      both: weather { kind current { source { kind } } on(date: "2014-07-01") { source { kind } } }
      nothing: weather { ${parts} } } }`)
    expect(data.city).toEqual({
      past: { provider: 'almanac', kind: 'OBSERVED', on: { temperatureMax: 34.4, source: { kind: 'OBSERVED' } } },
      both: { kind: 'ESTIMATE', current: { source: { kind: 'ESTIMATE' } }, on: { source: { kind: 'OBSERVED' } } },
      nothing: { provider: 'almanac', kind: 'ESTIMATE', source: { attribution: expect.stringContaining('estimate') } },
    })
  })
})

describe('cache hints', () => {
  const maxAge = async (query: string): Promise<number> => {
    const { headers, errors } = await weather.ask(query)
    expect(errors).toBeUndefined()
    return Number(/^max-age=(\d+), public$/.exec(headers.get('cache-control') ?? '')?.[1] ?? 0)
  }
  const ofCity = (fields: string): string => `{ city(id: "${LISBON}") { name weather { ${fields} } } }`

  test('A city may be cached for a day', async () => {
    expect(await maxAge(`{ city(id: "${LISBON}") { name } }`)).toBe(86_400)
    expect(await maxAge('{ cities(search: "lis") { edges { node { name } } } }')).toBe(86_400)
    expect(
      await maxAge('{ _entities(representations: [{ __typename: "City", id: "1" }]) { ... on City { name } } }'),
    ).toBe(86_400)
  })

  test('An estimate may be cached until the hour is over', async () => {
    const left = () => 3600 - ((Date.now() / 1000) % 3600)
    let [before, told, after] = [0, 0, 0]
    // Repeats if an hour ends meanwhile.
    do [before, told, after] = [left(), await maxAge(ofCity('current { temperature }')), left()]
    while (after > before)
    expect(told).toBeLessThanOrEqual(Math.ceil(before))
    expect(told).toBeGreaterThanOrEqual(Math.floor(after))
  })

  test('The sun of a day may be cached for an hour', async () => {
    expect(await maxAge(ofCity('sun(on: "2026-06-21") { sunrise }'))).toBe(3600)
  })

  test('An answer with an error may not be cached', async () => {
    const { headers } = await weather.ask(ofCity('hourly(hours: 0) { time }'))
    expect(headers.get('cache-control')).toBe('no-store')
  })
})
