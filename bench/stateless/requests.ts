/** Realistic operations for a stateless service, never the same twice, so that no cache answers. */
import type { StatelessService } from '../../test/stateless/support/instances.ts'

const cities = ['2267057', '5809844', '5128581', '2643743', '1850147']
const slugs = ['current-account-terms', 'savings-account-terms', 'foreign-currency-account-terms']

const dateOf = (number: number): string =>
  new Date(Date.UTC(1950, 0, 1) + (number % 25_000) * 86_400_000).toISOString().slice(0, 10)

const cityWeather = (id: string, index: number, number: number): string =>
  `c${index}: city(id: "${id}") { name weather { provider current { temperature } hourly(hours: 24) { time temperature }
    on(date: "${dateOf(number)}") { temperatureMax } } }`

/** The operation with this number. */
export const operations: Readonly<Record<StatelessService, (number: number) => string>> = {
  weather: (number) => `{ ${cities.map((id, index) => cityWeather(id, index, number)).join('\n')} }`,
  content: (number) =>
    `{ terms: article(slug: "${slugs[number % slugs.length]}") { title html text tableOfContents { text } }
       search(text: "account number${number}", first: 10) { edges { node { title summary html } } } }`,
}
