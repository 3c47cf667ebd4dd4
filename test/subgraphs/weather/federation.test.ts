import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ask, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { TEST_SECRET } from '../../support/signed-call.ts'
import { startSubgraph, type TestSubgraph } from '../../support/subgraph.ts'
import { INTERVAL, startOpenMeteo } from './support/open-meteo.ts'
import { type RunningWeather, startWeather } from './support/service.ts'
import type { Stub } from './support/stub.ts'

/** A service that knows cities by their id only, at several depths. */
const TRAVEL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { trips: [Trip!]! }
  type Trip { from: City legs: [Leg!]! }
  type Leg { to: City hotel: Hotel! }
  type Hotel { name: String! city: City }
  type City @key(fields: "id", resolvable: false) { id: ID! }
`
const city = (id: string) => ({ __typename: 'City', id })
const LISBON = city('2267057')
const TRIPS = [
  {
    from: LISBON,
    legs: [
      { to: city('3117735'), hotel: { name: 'Sol', city: city('3117735') } },
      { to: city('2988507'), hotel: { name: 'Lune', city: city('2643743') } },
    ],
  },
  { from: city('5128581'), legs: [{ to: city('1'), hotel: { name: 'Nowhere', city: null } }] },
]

let stub: Stub
let weather: RunningWeather
let travel: TestSubgraph
let gateway: TestGateway
beforeAll(async () => {
  stub = await startOpenMeteo()
  weather = await startWeather({ WEATHER_PROVIDER: 'open-meteo', OPEN_METEO_URL: stub.url })
  travel = await startSubgraph({ sdl: TRAVEL, resolvers: { Query: { trips: () => TRIPS } } })
  const sdl = readFileSync(new URL('../../../subgraphs/weather/schema.graphql', import.meta.url), 'utf8')
  gateway = await startTestGateway({
    services: [
      { name: 'weather', sdl, url: weather.url },
      { name: 'travel', sdl: TRAVEL, url: travel.url },
    ],
    env: { STATELESS: 'weather,travel', GATEWAY_SECRET: TEST_SECRET },
  })
})
beforeEach(() => {
  stub.calls.length = 0
})
afterAll(async () => {
  await gateway.stop()
  await travel.close()
  await weather.stop()
  await stub.close()
})

describe('gateway', () => {
  test('All cities of one operation, at any depth, are one upstream call for each endpoint', async () => {
    const { data, errors } = await ask(
      gateway.url,
      `{ trips { from { name weather { current { temperature } } }
                 legs { to { weather { current { humidity } } } hotel { name city { weather { current { temperature } on(date: "2001-02-03") { temperatureMax } } } } } } }`,
    )
    expect(errors).toBeUndefined()
    expect(stub.calls.map(({ path }) => path).sort()).toEqual(['/v1/archive', '/v1/forecast'])
    const forecast = stub.calls.find(({ path }) => path === '/v1/forecast')
    expect(forecast?.query.get('latitude')?.split(',')).toHaveLength(5)
    expect(data.trips[0].from).toEqual({ name: 'Lisbon', weather: { current: { temperature: 38.7 } } })
    expect(data.trips[0].legs[1].hotel.city.weather.on).toEqual({ temperatureMax: 0 })
  })

  test('An unknown city is null, and affects no other field', async () => {
    const { data } = await ask(gateway.url, '{ trips { legs { to { name } hotel { name } } } }')
    expect(data.trips[1].legs).toEqual([{ to: null, hotel: { name: 'Nowhere' } }])
  })

  test('An answer may be cached as long as its shortest-lived part', async () => {
    const maxAge = async (query: string): Promise<number> => {
      const { headers } = await ask(gateway.url, query)
      return Number(/max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1] ?? 0)
    }
    const name = await maxAge('{ city(id: "2950159") { name } }')
    const current = await maxAge('{ city(id: "2950159") { name weather { current { temperature } } } }')
    expect(name).toBeGreaterThan(86_000)
    expect(current).toBeLessThanOrEqual(INTERVAL)
    expect(current).toBeGreaterThan(INTERVAL - 60)
  })

  test('A failing upstream fails only its own fields, and the answer may not be cached', async () => {
    stub.fault = (_call, response) => response.destroy()
    const { data, errors, headers } = await ask(
      gateway.url,
      '{ city(id: "2761369") { name country weather { current { temperature } sun { sunrise } } } trips { from { name } } }',
    )
    stub.fault = undefined
    expect(data.city).toEqual({
      name: 'Vienna',
      country: 'AT',
      weather: { current: null, sun: { sunrise: expect.any(String) } },
    })
    expect(data.trips).toHaveLength(2)
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['city', 'weather', 'current'],
        extensions: expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }),
      }),
    ])
    expect(headers.get('cache-control') ?? 'no-store').toContain('no-store')
  })
})
