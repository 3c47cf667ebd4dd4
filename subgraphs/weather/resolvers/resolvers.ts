/**
 * Answers GraphQL from the gazetteer and the providers: cities, and the weather of a city or a
 * point. Checks every argument.
 */
import timeZoneAt from '@photostructure/tz-lookup' // CC0-1.0, no dependencies, zones of the current tz database
import { z } from 'zod'
import { codedError } from '../../../platform/protocol/errors.ts'
import { type Connection, connectionOf, decodeCursor, encodeCursor, pageSize } from '../../shared/pagination.ts'
import type { City, Gazetteer, NearbyCity } from '../gazetteer/gazetteer.ts'
import type { Place, Provider } from '../model/provider.ts'
import { weatherAt } from './place-weather.ts'
import { DateScalar, DateTimeScalar } from './scalars.ts'
import { weatherResolvers } from './weather.ts'

export interface WeatherContext {
  /** The moment of the request, Unix milliseconds: one for all its fields. */
  readonly now: number
}

interface Coordinates {
  readonly latitude: number
  readonly longitude: number
}

interface CitiesArguments {
  readonly search?: string | null
  readonly near?: Coordinates | null
  readonly radius: number
  readonly first: number
  readonly after?: string | null
}

const MAX_SEARCH = 100 // characters
const MAX_RADIUS = 1000 // km

export function createResolvers(gazetteer: Gazetteer, provider: Provider) {
  return {
    Date: DateScalar,
    DateTime: DateTimeScalar,
    Query: {
      city: (_: unknown, { id }: { id: string }) => gazetteer.city(id) ?? null,
      cities: (_: unknown, args: CitiesArguments) =>
        args.near ? citiesNear(gazetteer, args, args.near) : citiesNamed(gazetteer, args),
      weather: (_: unknown, { at }: { at: Coordinates }, { now }: WeatherContext) =>
        weatherAt(placeAt(checkCoordinates(at), gazetteer), provider, now),
    },
    City: {
      __resolveReference: ({ id }: { id: string }) => gazetteer.city(id) ?? null,
      weather: (city: City, _: unknown, { now }: WeatherContext) => weatherAt(city, provider, now),
    },
    CityEdge: {
      node: ({ node }: { node: NearbyCity | City }) => ('city' in node ? node.city : node),
      distance: ({ node }: { node: NearbyCity | City }) => ('city' in node ? node.distance : null),
    },
    ...weatherResolvers,
  }
}

const byPopulation = z.tuple([z.number(), z.number()])

function citiesNamed(gazetteer: Gazetteer, { search, first, after }: CitiesArguments): Connection<City> {
  if (search == null) throw codedError('BAD_USER_INPUT', 'One of "search" and "near" is required.')
  checkSearch(search)
  const size = pageSize(first)
  const last = decodeCursor('cities', byPopulation, after)
  const rows: City[] = []
  for (const city of gazetteer.startingWith(search)) {
    if (last && (city.population > last[0] || (city.population === last[0] && Number(city.id) <= last[1]))) continue
    rows.push(city)
    if (rows.length > size) break
  }
  return connectionOf(rows, {
    first: size,
    after,
    cursorOf: ({ population, id }) => encodeCursor('cities', [population, Number(id)]),
  })
}

const byDistance = z.tuple([z.number(), z.number()])

function citiesNear(
  gazetteer: Gazetteer,
  { search, radius, first, after }: CitiesArguments,
  near: Coordinates,
): Connection<NearbyCity> {
  if (search != null) checkSearch(search)
  if (!(radius > 0 && radius <= MAX_RADIUS))
    throw codedError('BAD_USER_INPUT', `"radius" must be above 0 and at most ${MAX_RADIUS} km.`)
  const size = pageSize(first)
  const last = decodeCursor('cities near', byDistance, after)
  const { latitude, longitude } = checkCoordinates(near)
  const named = search == null ? undefined : new Set([...gazetteer.startingWith(search)].map(({ id }) => id))
  const rows = gazetteer
    .near(latitude, longitude, radius)
    // Metres: a cursor that was rounded would lose its place, and nobody needs more.
    .map(({ city, distance }) => ({ city, distance: Math.round(distance * 1000) / 1000 }))
    .sort((one, other) => one.distance - other.distance || Number(one.city.id) - Number(other.city.id))
    .filter(({ city }) => named?.has(city.id) ?? true)
    .filter(({ city, distance }) => !last || distance > last[0] || (distance === last[0] && Number(city.id) > last[1]))
  return connectionOf(rows, {
    first: size,
    after,
    cursorOf: ({ city, distance }) => encodeCursor('cities near', [distance, Number(city.id)]),
  })
}

function checkSearch(search: string): void {
  if (search.trim() === '' || search.length > MAX_SEARCH) {
    throw codedError('BAD_USER_INPUT', `"search" must have from 1 to ${MAX_SEARCH} characters.`)
  }
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
