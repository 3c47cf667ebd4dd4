/**
 * Requests to the stateless services: believable ones of every kind, wrong ones among them, the
 * same list for the same seed.
 */
import fc from '../../support/fast-check.ts'
import type { StatelessRequest } from './instances.ts'

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
const slugs = ['current-account-terms', 'savings-account-terms', 'foreign-currency-account-terms', 'no-such-article']
const cityId = fc.constantFrom(...cityIds)
const date = fc
  .integer({ min: 0, max: 31_000 })
  .map((days) => new Date(Date.UTC(1945, 0, 1) + days * 86_400_000).toISOString().slice(0, 10))
const locale = fc.constantFrom(undefined, 'en', 'pt', 'pt-PT', 'de')
const coordinates = fc.record({
  latitude: fc.integer({ min: -95, max: 95 }),
  longitude: fc.integer({ min: -180, max: 180 }),
})

const weather = fc.oneof(
  fc
    .record({
      ids: fc.array(cityId, { minLength: 1, maxLength: 8 }),
      hours: fc.integer({ min: 0, max: 60 }),
      days: fc.integer({ min: 1, max: 17 }),
      on: date,
    })
    .map(
      ({ ids, hours, days, on }): StatelessRequest => ({
        service: 'weather',
        query: `query ($cities: [_Any!]!, $hours: Int, $days: Int, $on: Date!) { _entities(representations: $cities) { ... on City {
        id name timeZone weather { provider kind source { issuedAt attribution } current { time temperature(unit: FAHRENHEIT) condition isDay }
          hourly(hours: $hours) { time temperature precipitation } daily(days: $days) { date temperatureMax windSpeedMax }
          on(date: $on) { temperatureMax temperatureMin source { kind } } sun(on: $on) { sunrise sunset } moon { phase moonrise } } } } }`,
        variables: { cities: ids.map((id) => ({ __typename: 'City', id })), hours, days, on },
      }),
    ),
  fc
    .record({ search: fc.constantFrom('S', 'são', 'New', 'lis', 'zz', ''), first: fc.integer({ min: 1, max: 30 }) })
    .map(
      (variables): StatelessRequest => ({
        service: 'weather',
        query:
          'query ($search: String!, $first: Int) { cities(search: $search, first: $first) { edges { cursor node { id name country population } } pageInfo { hasNextPage endCursor } } }',
        variables,
      }),
    ),
  fc.record({ near: coordinates, on: date }).map(
    (variables): StatelessRequest => ({
      service: 'weather',
      query: `query ($near: CoordinatesInput!, $on: Date!) {
        cities(near: $near, radius: 500, first: 5) { edges { distance node { name } } }
        weather(at: $near) { timeZone kind current { temperature description(locale: "pt") } on(date: $on) { precipitationSum } } }`,
      variables,
    }),
  ),
)

const content = fc.oneof(
  fc
    .record({
      slug: fc.constantFrom(...slugs),
      locale,
      acceptLanguage: fc.constantFrom('en', 'pt-BR,pt;q=0.9', '*', 'fr, de'),
    })
    .map(
      ({ slug, locale: asked, acceptLanguage }): StatelessRequest => ({
        service: 'content',
        query:
          'query ($slug: String!, $locale: String) { article(slug: $slug, locale: $locale) { id locale title html text readingTime tableOfContents { id text } } }',
        variables: { slug, ...(asked !== undefined && { locale: asked }) },
        acceptLanguage,
      }),
    ),
  fc.record({ first: fc.integer({ min: 0, max: 20 }), locale }).map(
    ({ first, locale: asked }): StatelessRequest => ({
      service: 'content',
      query:
        'query ($first: Int, $locale: String) { articles(first: $first, locale: $locale) { edges { cursor node { id title summary topics } } pageInfo { hasNextPage endCursor } } }',
      variables: { first, ...(asked !== undefined && { locale: asked }) },
    }),
  ),
  fc.constantFrom('transfer', 'tranfser', 'card', 'juros', 'fee account', 'zzz', '').map(
    (text): StatelessRequest => ({
      service: 'content',
      query: 'query ($text: String!) { search(text: $text, first: 10) { edges { node { slug title } } } }',
      variables: { text },
    }),
  ),
  fc.constantFrom('current-account', 'savings-account', 'nothing').map(
    (id): StatelessRequest => ({
      service: 'content',
      query:
        'query ($products: [_Any!]!) { _entities(representations: $products) { ... on Product { name terms { title html } } } }',
      variables: { products: [{ __typename: 'Product', id }] },
    }),
  ),
)

export const requestsOf = (count: number, seed: number): StatelessRequest[] =>
  fc.sample(fc.oneof(weather, content), { numRuns: count, seed })
