/** Requests to weather that `test/stateless` sends to many instances, some of them invalid. */
import type { RequestsOfService } from '../../stateless/support/instances.ts'
import fc from '../../support/fast-check.ts'

const cityIds = [
  '2267057',
  '5809844',
  '5128581',
  '2643743',
  '1850147',
  '3448439',
  '2147714',
  '3369157',
  '1275339',
  '1',
  'none',
]
const cityId = fc.constantFrom(...cityIds)
const date = fc
  .integer({ min: 0, max: 31_000 })
  .map((days) => new Date(Date.UTC(1945, 0, 1) + days * 86_400_000).toISOString().slice(0, 10))
const coordinates = fc.record({
  latitude: fc.integer({ min: -95, max: 95 }),
  longitude: fc.integer({ min: -180, max: 180 }),
})

export const requests: RequestsOfService = fc.oneof(
  fc
    .record({
      ids: fc.array(cityId, { minLength: 1, maxLength: 8 }),
      hours: fc.integer({ min: 0, max: 60 }),
      days: fc.integer({ min: 1, max: 17 }),
      on: date,
    })
    .map(({ ids, hours, days, on }) => ({
      query: `query ($cities: [_Any!]!, $hours: Int, $days: Int, $on: Date!) { _entities(representations: $cities) { ... on City {
        id name timeZone weather { provider kind source { issuedAt attribution } current { time temperature(unit: FAHRENHEIT) condition isDay }
          hourly(hours: $hours) { time temperature precipitation } daily(days: $days) { date temperatureMax windSpeedMax }
          on(date: $on) { temperatureMax temperatureMin source { kind } } sun(on: $on) { sunrise sunset } moon { phase moonrise } } } } }`,
      variables: { cities: ids.map((id) => ({ __typename: 'City', id })), hours, days, on },
    })),
  fc
    .record({ search: fc.constantFrom('S', 'são', 'New', 'lis', 'zz', ''), first: fc.integer({ min: 1, max: 30 }) })
    .map((variables) => ({
      query:
        'query ($search: String!, $first: Int) { cities(search: $search, first: $first) { edges { cursor node { id name country population } } pageInfo { hasNextPage endCursor } } }',
      variables,
    })),
  fc.record({ near: coordinates, on: date }).map((variables) => ({
    query: `query ($near: CoordinatesInput!, $on: Date!) {
        cities(near: $near, radius: 500, first: 5) { edges { distance node { name } } }
        weather(at: $near) { timeZone kind current { temperature description(locale: "pt") } on(date: $on) { precipitationSum } } }`,
    variables,
  })),
)
