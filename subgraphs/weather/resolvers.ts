/** Answers GraphQL from the gazetteer, the providers and the sky. Holds the checks on arguments; no rule of any provider. */
import timeZoneAt from '@photostructure/tz-lookup' // CC0-1.0, no dependencies, zones of the current tz database
import { codedError } from '../../gateway/protocol/errors.ts'
import type { City, Gazetteer } from './gazetteer/gazetteer.ts'
import { type PageArguments, pageOf } from './page.ts'
import type { Place, Provider } from './providers/provider.ts'
import { DateScalar, DateTimeScalar } from './scalars.ts'
import { sunOn } from './sky.ts'
import { addDays, localDate } from './time.ts'
import { type PlaceWeather, weatherAt } from './weather.ts'

export interface WeatherContext {
  /** The moment of the request, Unix milliseconds: one for all its fields. */
  readonly now: number
}

interface Coordinates {
  readonly latitude: number
  readonly longitude: number
}

const MAX_SEARCH = 100 // characters
const MAX_HOURS = 384
const MAX_DAYS = 16

export function createResolvers(gazetteer: Gazetteer, provider: Provider) {
  return {
    Date: DateScalar,
    DateTime: DateTimeScalar,
    Query: {
      city: (_: unknown, { id }: { id: string }) => gazetteer.city(id) ?? null,
      cities(_: unknown, { search, ...page }: PageArguments & { search: string }) {
        if (search.trim() === '' || search.length > MAX_SEARCH) {
          throw codedError('BAD_USER_INPUT', `"search" must have from 1 to ${MAX_SEARCH} characters.`)
        }
        return pageOf(gazetteer.startingWith(search), page, ({ population, id }) => [-population, Number(id)])
      },
      weather: (_: unknown, { at }: { at: Coordinates }, { now }: WeatherContext) =>
        weatherAt(placeAt(checkCoordinates(at), gazetteer), provider, now),
    },
    City: {
      __resolveReference: ({ id }: { id: string }) => gazetteer.city(id) ?? null,
      weather: (city: City, _: unknown, { now }: WeatherContext) => weatherAt(city, provider, now),
    },
    Weather: {
      provider: async (weather: PlaceWeather) => (await weather.source()).provider,
      kind: async (weather: PlaceWeather) => (await weather.source()).kind,
      current: async ({ ask, place }: PlaceWeather) =>
        (await ask({ about: 'current', place }))?.figures.current ?? null,
      async hourly({ ask, place }: PlaceWeather, { hours }: { hours: number }) {
        checkRange('hours', hours, MAX_HOURS)
        return (await ask({ about: 'hourly', place, hours }))?.figures.hourly ?? null
      },
      async daily({ ask, place, now }: PlaceWeather, { days }: { days: number }) {
        checkRange('days', days, MAX_DAYS)
        const from = localDate(place.timeZone, now)
        return (await ask({ about: 'daily', place, from, to: addDays(from, days - 1) }))?.figures.daily ?? null
      },
      on: async ({ ask, place }: PlaceWeather, { date }: { date: string }) =>
        (await ask({ about: 'daily', place, from: date, to: date }))?.figures.daily?.[0] ?? null,
      sun: ({ place, now }: PlaceWeather) => sunOn(place, localDate(place.timeZone, now)),
    },
  }
}

function checkRange(name: string, value: number, max: number): void {
  if (value < 1 || value > max) throw codedError('BAD_USER_INPUT', `"${name}" must be from 1 to ${max}.`)
}

function checkCoordinates(at: Coordinates): Coordinates {
  if (Math.abs(at.latitude) > 90) throw codedError('BAD_USER_INPUT', '"latitude" must be from -90 to 90.')
  if (Math.abs(at.longitude) > 180) throw codedError('BAD_USER_INPUT', '"longitude" must be from -180 to 180.')
  return at
}

/** The ground of a point is about as high as that of a city next to it. */
const NEXT_TO = 25 // km

const placeAt = ({ latitude, longitude }: Coordinates, gazetteer: Gazetteer): Place => ({
  latitude,
  longitude,
  elevation: gazetteer.near(latitude, longitude, NEXT_TO)[0]?.city.elevation,
  timeZone: timeZoneAt(latitude, longitude),
})
