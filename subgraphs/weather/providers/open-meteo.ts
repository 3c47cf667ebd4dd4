/** Open-Meteo (https://open-meteo.com/en/docs): forecast, archive and air quality, many places a call. Data CC BY 4.0. */
import { addDays, DAY, daysBetween, HOUR, localDate, startOfDay } from '../time.ts'
import { getJson, type JsonResponse } from '../upstream/http.ts'
import type { FetchItem, Item, Outcome, Sheet, Upstream } from '../upstream/upstream.ts'
import { type BlockName, type PlaceFigures, readPlace } from './open-meteo-answer.ts'
import { AIR, ARCHIVE, CURRENT, DAILY, HOURLY, namesOf } from './open-meteo-fields.ts'
import { asFault, isFault, type Place, ProviderFault, type Question } from './provider.ts'

export interface OpenMeteoOptions {
  /** Replaces the origin of all hosts, paths unchanged. */
  readonly url: string | undefined
  /** The key of a paid plan; the free service is for non-commercial use. */
  readonly apiKey: string | undefined
  /** Milliseconds for one call. */
  readonly deadline: number
}

type Endpoint = 'forecast' | 'archive' | 'air-quality'

const ENDPOINTS: Readonly<Record<Endpoint, { readonly host: string; readonly path: string }>> = {
  forecast: { host: 'api.open-meteo.com', path: '/v1/forecast' },
  archive: { host: 'archive-api.open-meteo.com', path: '/v1/archive' },
  'air-quality': { host: 'air-quality-api.open-meteo.com', path: '/v1/air-quality' },
}

/** The free service's terms; each place of a call counts as a call. */
const QUOTA = [
  { seconds: 60, limit: 600 },
  { seconds: 3_600, limit: 5_000 },
  { seconds: 86_400, limit: 10_000 },
]
/** The API's limit is 1000; this many keep the address of a call under 12 kB, which every HTTP server takes. */
const MAX_PLACES = 500
const LAST_DAY = 15 // days ahead of today
/** Days the archive may lag behind; until then the forecast's own past days answer. */
const ARCHIVE_LAG = 7
const FIRST_ARCHIVED = '1940-01-01'
/** Different days of the archive within so many days are one call. */
const ARCHIVE_SPAN = 31

/** Questions are rounded up to one of these, so that similar ones share an answer. */
const HOUR_STEPS = [24, 72, 168, 384]
const DAY_STEPS = [1, 7, 16]

export function openMeteo({ url, apiKey, deadline }: OpenMeteoOptions): Upstream {
  const address = (endpoint: Endpoint, query: Readonly<Record<string, string | number>>): string => {
    const { host, path } = ENDPOINTS[endpoint]
    const origin = url ?? `https://${apiKey === undefined ? '' : 'customer-'}${host}`
    // Commas stay as they are: encoded, a long list of places would outgrow what servers take as an address.
    const pairs = Object.entries({ ...query, ...(apiKey !== undefined && { apikey: apiKey }) })
    return `${origin}${path}?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`).join('&')}`
  }

  const fetchGroup = async (items: readonly FetchItem[], now: number): Promise<readonly Outcome[]> => {
    const endpoint = items[0]?.endpoint as Endpoint
    const places = new Map(items.map(({ place }) => [pointOf(place), place]))
    const wanted = wantedBlocks(items)
    const query = {
      latitude: [...places.values()].map(({ latitude }) => rounded(latitude)).join(','),
      longitude: [...places.values()].map(({ longitude }) => rounded(longitude)).join(','),
      ...queries[endpoint](items, wanted, now),
      timezone: 'auto',
    }
    const response = await getJson(address(endpoint, query), { deadline })
    const answers: unknown[] = Array.isArray(response.body) ? response.body : [response.body]
    if (answers.length !== places.size) {
      throw new ProviderFault(`open-meteo answered for ${answers.length} places instead of ${places.size}`)
    }
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
    // The API counts a call with more than ten figures, or two weeks, as more than one.
    cost: (items) => Math.ceil(new Set(items.map(({ place }) => pointOf(place))).size * weightOf(items)),
    async fetch(items, now) {
      const results: Outcome[] = []
      for (const group of groupsOf(items)) {
        const sheets = await fetchGroup(
          group.map(({ item }) => item),
          now,
        )
        for (const [position, { index }] of group.entries()) results[index] = sheets[position] as Outcome
      }
      return results
    },
  }
}

function itemFor(question: Question, now: number): Item | undefined {
  const { about, place } = question
  const key = (what: string): string => `open-meteo:${what}:${pointOf(place)}`
  if (about === 'current') return { endpoint: 'forecast', key: key('current'), place, question }
  if (about === 'air') return { endpoint: 'air-quality', key: key('air'), place, question }
  if (about === 'hourly') {
    const hours = stepUp(HOUR_STEPS, question.hours)
    return { endpoint: 'forecast', key: key(`hourly-${hours}`), place, question: { about, place, hours } }
  }
  const { from } = question
  const today = localDate(place.timeZone, now)
  const days = stepUp(DAY_STEPS, daysBetween(from, question.to) + 1)
  const to = addDays(from, days - 1)
  const wider: Question = { about, place, from, to }
  if (daysBetween(today, from) > LAST_DAY || from < FIRST_ARCHIVED) return undefined
  const endpoint = daysBetween(from, today) > ARCHIVE_LAG ? 'archive' : 'forecast'
  return { endpoint, key: key(`${endpoint}-${from}-${days}`), place, question: wider }
}

type DailyQuestion = Extract<Question, { about: 'daily' }>
const dailyOf = (items: readonly FetchItem[]): DailyQuestion[] =>
  items.flatMap(({ question }) => (question.about === 'daily' ? [question] : []))

/** What distinguishes the endpoints' queries. */
const queries: Readonly<
  Record<
    Endpoint,
    (items: readonly FetchItem[], wanted: ReadonlySet<BlockName>, now: number) => Record<string, string | number>
  >
> = {
  forecast(items, wanted, now) {
    const hours = Math.max(0, ...items.map(({ question }) => (question.about === 'hourly' ? question.hours : 0)))
    const ahead = dailyOf(items).map(({ place, to }) => daysBetween(localDate(place.timeZone, now), to) + 1)
    const back = dailyOf(items).map(({ place, from }) => daysBetween(from, localDate(place.timeZone, now)))
    return {
      ...(wanted.has('current') && { current: namesOf(CURRENT) }),
      ...(wanted.has('hourly') && { hourly: namesOf(HOURLY), forecast_hours: hours }),
      ...(wanted.has('daily') && { daily: namesOf(DAILY), forecast_days: Math.min(16, Math.max(1, ...ahead)) }),
      ...(Math.max(0, ...back) > 0 && { past_days: Math.max(...back) }),
    }
  },
  archive: (items) => ({
    daily: namesOf(ARCHIVE),
    start_date:
      dailyOf(items)
        .map(({ from }) => from)
        .sort()[0] ?? '',
    end_date:
      dailyOf(items)
        .map(({ to }) => to)
        .sort()
        .at(-1) ?? '',
  }),
  'air-quality': () => ({ current: namesOf(AIR) }),
}

const wantedBlocks = (items: readonly FetchItem[]): ReadonlySet<BlockName> =>
  new Set(items.map(({ endpoint, question }) => (endpoint === 'archive' ? 'archive' : question.about)))

/** Everything of the forecast or the air is one call; days of the archive are one call as long as they lie near each other. */
function groupsOf(items: readonly FetchItem[]): { item: FetchItem; index: number }[][] {
  const all = items.map((item, index) => ({ item, index }))
  if (items[0]?.endpoint !== 'archive') return [all]
  const start = ({ item: { question } }: { item: FetchItem }): string =>
    question.about === 'daily' ? question.from : ''
  const groups: { item: FetchItem; index: number }[][] = []
  for (const entry of all.toSorted((one, other) => start(one).localeCompare(start(other)))) {
    const group = groups.at(-1)
    if (group?.[0] && daysBetween(start(group[0]), start(entry)) < ARCHIVE_SPAN) group.push(entry)
    else groups.push([entry])
  }
  return groups
}

function weightOf(items: readonly FetchItem[]): number {
  const tables = { current: CURRENT, hourly: HOURLY, daily: DAILY, archive: ARCHIVE, air: AIR }
  const variables = [...wantedBlocks(items)].reduce((sum, name) => sum + Object.keys(tables[name]).length, 0)
  const days = items.map(({ question }) =>
    question.about === 'hourly'
      ? question.hours / 24
      : question.about === 'daily'
        ? daysBetween(question.from, question.to) + 1
        : 1,
  )
  return Math.max(1, variables / 10) * Math.max(1, Math.max(...days) / 14)
}

function sheetOf(
  { endpoint, question }: Item,
  { figures, interval }: PlaceFigures,
  { freshUntil }: JsonResponse,
  now: number,
): Sheet {
  return {
    figures: only(question.about, figures),
    kind: endpoint === 'archive' ? 'OBSERVED' : 'FORECAST',
    issuedAt: now,
    validUntil: freshUntil ?? defaultValidity(endpoint, question, interval, now),
  }
}

/** Where the answer does not say how long it holds: the moment for its interval, days until they are others, the past for a day. */
function defaultValidity(endpoint: string, question: Question, interval = 900, now: number): number {
  if (question.about === 'current' || question.about === 'air') return now + interval * 1000
  if (endpoint === 'archive') return now + DAY
  const nextHour = (Math.floor(now / HOUR) + 1) * HOUR
  const { timeZone } = question.place
  return question.about === 'hourly'
    ? nextHour
    : Math.min(now + HOUR, startOfDay(timeZone, addDays(localDate(timeZone, now), 1)))
}

const only = (
  about: Question['about'],
  { current, hourly, daily, air }: PlaceFigures['figures'],
): PlaceFigures['figures'] =>
  ({
    current: () => (current ? { current } : {}),
    hourly: () => (hourly ? { hourly } : {}),
    daily: () => (daily ? { daily } : {}),
    air: () => (air ? { air } : {}),
  })[about]()

function settle<Value>(read: () => Value): Value | ProviderFault {
  try {
    return read()
  } catch (error) {
    return asFault(error)
  }
}

const stepUp = (steps: readonly number[], wanted: number): number => steps.find((step) => step >= wanted) ?? wanted
/** 4 decimals are 11 metres. */
const rounded = (degrees: number): number => Number(degrees.toFixed(4))
const pointOf = ({ latitude, longitude }: Place): string => `${rounded(latitude)},${rounded(longitude)}`
