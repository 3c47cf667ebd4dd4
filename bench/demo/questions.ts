/** Questions to weather and content. The answer to each is the same at any time of day. */
import { below } from '../common/draw.ts'
import type { Operation } from './client.ts'

const CITIES = ['2267057', '2950159', '184745', '3448439', '1850147', '2643743', '5128581', '2147714']
const SLUGS = ['current-account-terms', 'savings-account-terms', 'foreign-currency-account-terms']
const FIRST_DAY = Date.UTC(1950, 0, 1)
const DAY = 86_400_000 // milliseconds

const WEATHER = `query ($city: ID!, $date: Date!) { city(id: $city) { name timeZone
  weather { on(date: $date) { date temperatureMax temperatureMin precipitationSum } sun(on: $date) { sunrise sunset } } } }`
const CONTENT =
  'query ($slug: String!) { article(slug: $slug) { title html text tableOfContents { text } } search(text: $slug, first: 5) { edges { node { title } } } }'

/** One city on one day: any two numbers below 25,000 give different questions. */
export const weatherOn = (number: number): Operation => ({
  query: WEATHER,
  variables: {
    city: CITIES[number % CITIES.length],
    date: new Date(FIRST_DAY + (number % 25_000) * DAY).toISOString().slice(0, 10),
  },
})

export const articleOf = (number: number): Operation => ({
  query: CONTENT,
  variables: { slug: SLUGS[number % SLUGS.length] },
})

/** A new search, so that no cache can answer it. */
export const articleSearch = (number: number): Operation => ({
  query: 'query ($text: String!) { search(text: $text, first: 5) { edges { node { title summary } } } }',
  variables: { text: `account ${number}` },
})

/** A request for weather or articles that is most likely new. */
export function somethingNew(): Operation {
  const number = below(1_000_000)
  return number % 4 === 0 ? articleSearch(number) : weatherOn(number)
}
