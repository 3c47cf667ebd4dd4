/**
 * Answers GraphQL from the gazetteer and the providers: cities, and the weather of a city or a
 * point. Checks every argument.
 */
import timeZoneAt from '@photostructure/tz-lookup' // CC0-1.0, no dependencies, zones of the current tz database
import { z } from 'zod'
import { codedError } from '../../../platform/protocol/errors.ts'
import { type Connection, type PageArguments, pagesInMemory, rowsIn } from '../../shared/pagination.ts'
import { fold } from '../gazetteer/fold.ts'
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

interface CitiesArguments extends PageArguments {
  readonly search?: string | null
  readonly near?: Coordinates | null
  readonly radius: number
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

const byPopulation = pagesInMemory('cities', z.tuple([z.number(), z.number()]), ({ population, id }: City) => [
  population,
  Number(id),
])

function citiesNamed(gazetteer: Gazetteer, { search, ...page }: CitiesArguments): Connection<City> {
  if (search == null) throw codedError('BAD_USER_INPUT', 'One of "search" and "near" is required.')
  checkSearch(search)
  return byPopulation(page, (range) => {
    const compare = (city: City, [population, id]: readonly [number, number]): number =>
      population - city.population || Number(city.id) - id
    const { limit, after, before, backwards } = range
    // Reads only the wanted cities: each takes time to read.
    const rows: City[] = []
    for (const city of gazetteer.startingWith(search)) {
      if (before && compare(city, before) >= 0) break
      if (after && compare(city, after) <= 0) continue
      rows.push(city)
      if (rows.length < limit) continue
      if (!backwards) return rows
      if (rows.length > 2 * limit) rows.splice(0, rows.length - limit)
    }
    return backwards ? rows.reverse().slice(0, limit) : rows
  })
}

const byDistance = pagesInMemory('cities near', z.tuple([z.number(), z.number()]), ({ city, distance }: NearbyCity) => [
  distance,
  Number(city.id),
])

function citiesNear(
  gazetteer: Gazetteer,
  { search, radius, ...page }: CitiesArguments,
  near: Coordinates,
): Connection<NearbyCity> {
  if (search != null) checkSearch(search)
  if (!(radius > 0 && radius <= MAX_RADIUS))
    throw codedError('BAD_USER_INPUT', `"radius" must be above 0 and at most ${MAX_RADIUS} km.`)
  const { latitude, longitude } = checkCoordinates(near)
  return byDistance(page, (range) => {
    const named = search == null ? undefined : new Set([...gazetteer.startingWith(search)].map(({ id }) => id))
    const rows = gazetteer
      .near(latitude, longitude, radius)
      .filter(({ city }) => named?.has(city.id) ?? true)
      // Whole metres, in the cursor as well, so that it finds its place again.
      .map(({ city, distance }) => ({ city, distance: Math.round(distance * 1000) / 1000 }))
      .sort((one, other) => one.distance - other.distance || Number(one.city.id) - Number(other.city.id))
    return rowsIn(rows, range, ({ city, distance }, [at, id]) => distance - at || Number(city.id) - id)
  })
}

function checkSearch(search: string): void {
  if (search.length > MAX_SEARCH || fold(search) === '') {
    throw codedError('BAD_USER_INPUT', `"search" must have from 1 to ${MAX_SEARCH} characters, as in a name.`)
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
