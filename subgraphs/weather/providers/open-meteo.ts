/**
 * Open-Meteo (https://open-meteo.com/en/docs): forecast, archive and air quality, many places a
 * call. Data CC BY 4.0.
 */

import { asFault, type Figures, isFault, ProviderFault } from '../model/provider.ts'
import { addDays, DAY, HOUR, localDate, startOfDay } from '../model/time.ts'
import { getJson, type JsonResponse } from '../upstream/http.ts'
import type { FetchItem, Item, Outcome, Sheet, Upstream } from '../upstream/upstream.ts'
import { type PlaceFigures, readPlace } from './open-meteo-answer.ts'
import { blocksOf, costOf, type Endpoint, groupsOf, itemFor, pointOf, type Query, queryOf } from './open-meteo-query.ts'

interface OpenMeteoOptions {
  /** Replaces the origin of all hosts, paths unchanged. */
  readonly url: string | undefined
  /** The key of a paid plan; the free service is for non-commercial use. */
  readonly apiKey: string | undefined
  /** Milliseconds for one call. */
  readonly deadline: number
}

const ENDPOINTS: Readonly<Record<Endpoint, { readonly host: string; readonly path: string }>> = {
  forecast: { host: 'api.open-meteo.com', path: '/v1/forecast' },
  archive: { host: 'archive-api.open-meteo.com', path: '/v1/archive' },
  'air-quality': { host: 'air-quality-api.open-meteo.com', path: '/v1/air-quality' },
}

/** The free service's terms. */
const QUOTA = [
  { seconds: 60, limit: 600 },
  { seconds: 3_600, limit: 5_000 },
  { seconds: 86_400, limit: 10_000 },
]
/**
 * The API's limit is 1000; this many keep the address of a call under 12 kB, which every HTTP
 * server takes.
 */
const MAX_PLACES = 500
/** Seconds for which current weather is valid if the answer does not say. */
const DEFAULT_INTERVAL = 900

export function openMeteo({ url, apiKey, deadline }: OpenMeteoOptions): Upstream {
  const address = (endpoint: Endpoint, query: Query): string => {
    const { host, path } = ENDPOINTS[endpoint]
    const origin = url ?? `https://${apiKey === undefined ? '' : 'customer-'}${host}`
    const pairs = Object.entries({ ...query, ...(apiKey !== undefined && { apikey: apiKey }) })
    // Commas stay as they are: encoded, a long list of places would outgrow what servers take as an
    // address.
    const encoded = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`)
    return `${origin}${path}?${encoded.join('&')}`
  }

  /** One call. */
  const fetchGroup = async (items: readonly FetchItem[], now: number): Promise<readonly Outcome[]> => {
    const endpoint = items[0]?.endpoint as Endpoint
    const places = new Map(items.map(({ place }) => [pointOf(place), place]))
    const query = queryOf(endpoint, items, [...places.values()], now)
    const response = await getJson(address(endpoint, query), { deadline })
    const answers: unknown[] = Array.isArray(response.body) ? response.body : [response.body]
    if (answers.length !== places.size) {
      throw new ProviderFault(`open-meteo answered for ${answers.length} places instead of ${places.size}`)
    }
    const wanted = blocksOf(items)
    const read = new Map(
      [...places.keys()].map((point, index) => [point, settle(() => readPlace(answers[index], wanted))]),
    )
    return items.map((item) => {
      const figures = read.get(pointOf(item.place))
      if (figures === undefined) throw new ProviderFault('open-meteo was not asked for a place')
      return isFault(figures) ? figures : sheetOf(item, figures, response, now)
    })
  }

  return {
    name: 'open-meteo',
    attribution: 'Weather data by Open-Meteo.com (https://open-meteo.com/), CC BY 4.0.',
    quota: apiKey === undefined ? QUOTA : [],
    maxItems: MAX_PLACES,
    itemFor,
    cost: (items) => groupsOf(items).reduce((sum, group) => sum + costOf(group.map(({ item }) => item)), 0),
    async fetch(items, now) {
      const outcomes: Outcome[] = []
      for (const group of groupsOf(items)) {
        const members = group.map(({ item }) => item)
        const fetched = await fetchGroup(members, now).catch((error) => members.map(() => asFault(error)))
        for (const [position, { index }] of group.entries()) outcomes[index] = fetched[position] as Outcome
      }
      return outcomes
    },
  }
}

function sheetOf(item: Item, { figures, interval }: PlaceFigures, { freshUntil }: JsonResponse, now: number): Sheet {
  return {
    figures: blockOf(item, figures),
    kind: item.endpoint === 'archive' ? 'OBSERVED' : 'FORECAST',
    issuedAt: now,
    validUntil: freshUntil ?? defaultValidity(item, interval ?? DEFAULT_INTERVAL, now),
  }
}

/** The block of one item in an answer for several. */
function blockOf({ question: { about } }: Item, { current, hourly, daily, air }: Figures): Figures {
  if (about === 'current') return current ? { current } : {}
  if (about === 'hourly') return hourly ? { hourly } : {}
  if (about === 'daily') return daily ? { daily } : {}
  return air ? { air } : {}
}

/**
 * The validity if the answer does not say: current weather for its interval, hours until the next,
 * days for an hour, the past for a day.
 */
function defaultValidity({ endpoint, question, place: { timeZone } }: Item, interval: number, now: number): number {
  if (question.about === 'current' || question.about === 'air') return now + interval * 1000
  if (endpoint === 'archive') return now + DAY
  if (question.about === 'hourly') return (Math.floor(now / HOUR) + 1) * HOUR
  return Math.min(now + HOUR, startOfDay(timeZone, addDays(localDate(timeZone, now), 1)))
}

function settle<Value>(read: () => Value): Value | ProviderFault {
  try {
    return read()
  } catch (error) {
    return asFault(error)
  }
}
