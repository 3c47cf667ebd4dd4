/**
 * MET Norway's Locationforecast (https://api.met.no/weatherapi/locationforecast/2.0/documentation):
 * one place a call, about nine days ahead. Data CC BY 4.0.
 */
import type { Logger } from '../../../platform/process/log.ts'
import { asFault, type Place, ProviderFault, type Question } from '../model/provider.ts'
import { daysBetween, localDate } from '../model/time.ts'
import { getJson } from '../upstream/http.ts'
import type { FetchItem, Item, Sheet, Upstream } from '../upstream/upstream.ts'
import { readSeries } from './met-norway-answer.ts'

interface MetNorwayOptions {
  /** Replaces the origin, paths unchanged. */
  readonly url: string | undefined
  /** An e-mail address or a page: the terms of service ask for a way to reach who is calling. */
  readonly contact: string
  /** Milliseconds for one call. */
  readonly deadline: number
  readonly log: Logger
}

const PATH = '/weatherapi/locationforecast/2.0/compact'
/**
 * The terms allow 20 a second; fixed windows of one second could otherwise let twice as many
 * through around their border.
 */
const CALLS_PER_SECOND = 10
const LAST_DAY = 9 // days ahead of today
const DEFAULT_VALIDITY = 1_800_000 // milliseconds, if `Expires` is missing

export function metNorway({ url, contact, deadline, log }: MetNorwayOptions): Upstream {
  const userAgent = `tributary-weather/1.0 ${contact}`
  const origin = url ?? 'https://api.met.no'

  const fetchOne = async ({ place, stale }: FetchItem, now: number): Promise<Sheet> => {
    const altitude = place.elevation === undefined ? '' : `&altitude=${Math.round(place.elevation)}`
    const { latitude, longitude } = atFourDecimals(place)
    const { status, headers, body, freshUntil } = await getJson(
      `${origin}${PATH}?lat=${latitude}&lon=${longitude}${altitude}`,
      {
        headers: {
          'user-agent': userAgent,
          ...(stale?.lastModified !== undefined && { 'if-modified-since': stale.lastModified }),
        },
        deadline,
      },
    )
    if (status === 203) log.warn({ provider: 'met-norway' }, 'this version of the upstream is deprecated')
    const validUntil = freshUntil ?? now + DEFAULT_VALIDITY
    if (status === 304) {
      if (!stale) throw new ProviderFault('met-norway says that nothing changed, but nothing was known')
      return { ...stale, validUntil }
    }
    const lastModified = headers.get('last-modified')
    return {
      ...readSeries(body, place, now),
      kind: 'FORECAST',
      validUntil,
      ...(lastModified !== null && { lastModified }),
    }
  }

  return {
    name: 'met-norway',
    attribution: 'Weather data by the Norwegian Meteorological Institute (https://www.met.no/), CC BY 4.0.',
    quota: [{ seconds: 1, limit: CALLS_PER_SECOND }],
    maxItems: CALLS_PER_SECOND,
    itemFor,
    cost: (items) => items.length,
    fetch: (items, now) => Promise.all(items.map((item) => fetchOne(item, now).catch(asFault))),
  }
}

/** One answer has all figures of a place, but neither past days nor air quality. */
function itemFor(question: Question, now: number): Item | undefined {
  const { about, place } = question
  if (about === 'air') return undefined
  if (about === 'daily') {
    const today = localDate(place.timeZone, now)
    if (question.from < today || daysBetween(today, question.from) > LAST_DAY) return undefined
  }
  const { latitude, longitude } = atFourDecimals(place)
  return { endpoint: 'locationforecast', key: `met-norway:${latitude},${longitude}`, place, question }
}

/** The API refuses more decimals, with which answers could not be cached. */
const atFourDecimals = ({ latitude, longitude }: Place) => ({
  latitude: Number(latitude.toFixed(4)),
  longitude: Number(longitude.toFixed(4)),
})
