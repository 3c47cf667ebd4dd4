/**
 * Plans calls to Open-Meteo: the endpoint of a question, how questions share calls, and what a call
 * costs. Sends nothing.
 */

import type { Place, Question } from '../model/provider.ts'
import { addDays, daysBetween, localDate } from '../model/time.ts'
import type { FetchItem, Item } from '../upstream/upstream.ts'
import type { BlockName } from './open-meteo-answer.ts'
import { AIR, ARCHIVE, CURRENT, DAILY, HOURLY, namesOf } from './open-meteo-fields.ts'

export type Endpoint = 'forecast' | 'archive' | 'air-quality'
export type Query = Readonly<Record<string, string | number>>

const LAST_DAY = 15 // days ahead of today
/** Days the archive may lag behind; until then the forecast's own past days answer. */
const ARCHIVE_LAG = 7
const FIRST_ARCHIVED = '1940-01-01'
/** Different days of the archive within so many days are one call. */
const ARCHIVE_SPAN = 31

/** Questions are rounded up to one of these, so that similar ones share an answer. */
const HOUR_STEPS = [24, 72, 168, 384]
const DAY_STEPS = [1, 7, 16]

export function itemFor(question: Question, now: number): (Item & { readonly endpoint: Endpoint }) | undefined {
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
  if (daysBetween(today, from) > LAST_DAY || from < FIRST_ARCHIVED) return undefined
  const days = stepUp(DAY_STEPS, daysBetween(from, question.to) + 1)
  const endpoint = daysBetween(from, today) > ARCHIVE_LAG ? 'archive' : 'forecast'
  const wider: Question = { about, place, from, to: addDays(from, days - 1) }
  return { endpoint, key: key(`${endpoint}-${from}-${days}`), place, question: wider }
}

/**
 * Everything of the forecast or the air is one call; days of the archive are one call as long as
 * they lie near each other.
 */
export function groupsOf(items: readonly FetchItem[]): { readonly item: FetchItem; readonly index: number }[][] {
  const all = items.map((item, index) => ({ item, index }))
  if (items[0]?.endpoint !== 'archive') return [all]
  const start = ({ item }: { item: FetchItem }): string => dailyOf([item])[0]?.from ?? ''
  const groups: { item: FetchItem; index: number }[][] = []
  for (const entry of all.toSorted((one, other) => start(one).localeCompare(start(other)))) {
    const group = groups.at(-1)
    if (group?.[0] && daysBetween(start(group[0]), start(entry)) < ARCHIVE_SPAN) group.push(entry)
    else groups.push([entry])
  }
  return groups
}

/** The query of one call for all these items, places included. */
export function queryOf(endpoint: Endpoint, items: readonly FetchItem[], places: readonly Place[], now: number): Query {
  return {
    latitude: places.map(({ latitude }) => rounded(latitude)).join(','),
    longitude: places.map(({ longitude }) => rounded(longitude)).join(','),
    ...endpointQueries[endpoint](items, now),
    timezone: 'auto',
  }
}

const endpointQueries: Readonly<Record<Endpoint, (items: readonly FetchItem[], now: number) => Query>> = {
  forecast(items, now) {
    const wanted = blocksOf(items)
    const today = ({ timeZone }: Place): string => localDate(timeZone, now)
    const hours = items.map(({ question }) => (question.about === 'hourly' ? question.hours : 0))
    const ahead = dailyOf(items).map(({ place, to }) => daysBetween(today(place), to) + 1)
    const back = dailyOf(items).map(({ place, from }) => daysBetween(from, today(place)))
    return {
      ...(wanted.has('current') && { current: namesOf(CURRENT) }),
      ...(wanted.has('hourly') && { hourly: namesOf(HOURLY), forecast_hours: Math.max(...hours) }),
      ...(wanted.has('daily') && {
        daily: namesOf(DAILY),
        forecast_days: Math.min(LAST_DAY + 1, Math.max(1, ...ahead)),
      }),
      ...(Math.max(0, ...back) > 0 && { past_days: Math.max(...back) }),
    }
  },
  archive(items) {
    const starts = dailyOf(items).map(({ from }) => from)
    const ends = dailyOf(items).map(({ to }) => to)
    return { daily: namesOf(ARCHIVE), start_date: starts.sort()[0] ?? '', end_date: ends.sort().at(-1) ?? '' }
  },
  'air-quality': () => ({ current: namesOf(AIR) }),
}

/** The blocks of an answer that these items need. */
export const blocksOf = (items: readonly FetchItem[]): ReadonlySet<BlockName> =>
  new Set(items.map(({ endpoint, question }) => (endpoint === 'archive' ? 'archive' : question.about)))

/**
 * The cost of a call by the API's terms: each place counts, and more with over ten figures or two
 * weeks.
 */
export function costOf(items: readonly FetchItem[]): number {
  const tables = { current: CURRENT, hourly: HOURLY, daily: DAILY, archive: ARCHIVE, air: AIR }
  const figures = [...blocksOf(items)].reduce((sum, name) => sum + Object.keys(tables[name]).length, 0)
  const days = items.map(({ question }) => {
    if (question.about === 'hourly') return question.hours / 24
    return question.about === 'daily' ? daysBetween(question.from, question.to) + 1 : 1
  })
  const places = new Set(items.map(({ place }) => pointOf(place))).size
  return Math.ceil(places * Math.max(1, figures / 10) * Math.max(1, Math.max(...days) / 14))
}

type DailyQuestion = Extract<Question, { about: 'daily' }>

const dailyOf = (items: readonly FetchItem[]): DailyQuestion[] =>
  items.flatMap(({ question }) => (question.about === 'daily' ? [question] : []))

const stepUp = (steps: readonly number[], wanted: number): number => steps.find((step) => step >= wanted) ?? wanted
/** 4 decimals are 11 metres. */
const rounded = (degrees: number): number => Number(degrees.toFixed(4))
/** Places with equal texts are one to the API. */
export const pointOf = ({ latitude, longitude }: Place): string => `${rounded(latitude)},${rounded(longitude)}`
