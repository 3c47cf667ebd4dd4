/**
 * Resolves the parts of a place's weather: asks for each, gives its source and validity, and
 * converts figures to the requested units.
 */
import { cacheControlFromInfo } from '@apollo/cache-control-types' // MIT, Apollo Server's own types of its cache hints
import type { GraphQLResolveInfo } from 'graphql'
import { codedError } from '../../../platform/protocol/errors.ts'
import { moonOn, sunOn } from '../almanac/sky.ts'
import type { Answer, DayFigures, HourFigures } from '../model/provider.ts'
import { addDays, localDate, startOfDay } from '../model/time.ts'
import { conditionName, conditionWords } from './conditions.ts'
import type { PlaceWeather } from './place-weather.ts'
import { inDepthUnit, inPressureUnit, inSpeedUnit, inTemperatureUnit } from './units.ts'

const MAX_HOURS = 384
const MAX_DAYS = 16
const FIRST_DAY = '1940-01-01'
/** Seconds for what never changes, as a date's sunrise. */
const CONSTANT = 86_400

/**
 * Figures with their source; a pair, because copying thousands of hours would cost more than
 * everything else.
 */
interface Sourced<Figures> {
  readonly figures: Figures
  readonly source: Answer
}

/** Resolvers that give figures as they are. */
const plain = <Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(
    names.map((name) => [name, <Value>({ figures }: Sourced<Readonly<Record<Name, Value>>>): Value => figures[name]]),
  )

const inUnit =
  <Name extends string, Unit extends string>(
    name: Name,
    convert: (figure: number | null, unit: Unit) => number | null,
  ) =>
  ({ figures }: Sourced<Readonly<Record<Name, number | null>>>, { unit }: { unit: Unit }): number | null =>
    convert(figures[name], unit)

type Coded = Sourced<{ readonly weatherCode: number | null }>

const condition = {
  weatherCode: ({ figures }: Coded) => figures.weatherCode,
  condition: ({ figures }: Coded) => conditionName(figures.weatherCode),
  description: ({ figures }: Coded, { locale }: { locale: string | null }) =>
    conditionWords(figures.weatherCode, locale ?? 'en'),
}

const hour = {
  ...plain('time', 'humidity', 'windDirection', 'cloudCover', 'isDay'),
  temperature: inUnit('temperature', inTemperatureUnit),
  apparentTemperature: inUnit('apparentTemperature', inTemperatureUnit),
  windSpeed: inUnit('windSpeed', inSpeedUnit),
  windGusts: inUnit('windGusts', inSpeedUnit),
  precipitation: inUnit('precipitation', inDepthUnit),
  pressure: inUnit('pressure', inPressureUnit),
  ...condition,
}

export const weatherResolvers = {
  Weather: {
    provider: async (weather: PlaceWeather, _: unknown, __: unknown, info: GraphQLResolveInfo) =>
      (await sourceOf(weather, info)).provider,
    kind: async (weather: PlaceWeather, _: unknown, __: unknown, info: GraphQLResolveInfo) =>
      (await sourceOf(weather, info)).kind,
    source: (weather: PlaceWeather, _: unknown, __: unknown, info: GraphQLResolveInfo) => sourceOf(weather, info),
    timeZone: ({ place }: PlaceWeather) => place.timeZone,
    async current({ ask, place, now }: PlaceWeather, _: unknown, __: unknown, info: GraphQLResolveInfo) {
      const answer = await ask({ about: 'current', place })
      keepFor(info, now, answer?.validUntil)
      return answer?.figures.current ? { figures: answer.figures.current, source: answer } : null
    },
    async hourly(
      { ask, place, now }: PlaceWeather,
      { hours }: { hours: number },
      _: unknown,
      info: GraphQLResolveInfo,
    ) {
      checkRange('hours', hours, MAX_HOURS)
      const answer = await ask({ about: 'hourly', place, hours })
      keepFor(info, now, answer?.validUntil)
      return answer?.figures.hourly?.map((figures: HourFigures) => ({ figures, source: answer })) ?? null
    },
    async daily({ ask, place, now }: PlaceWeather, { days }: { days: number }, _: unknown, info: GraphQLResolveInfo) {
      checkRange('days', days, MAX_DAYS)
      const today = localDate(place.timeZone, now)
      const answer = await ask({ about: 'daily', place, from: today, to: addDays(today, days - 1) })
      keepFor(
        info,
        now,
        Math.min(answer?.validUntil ?? Number.POSITIVE_INFINITY, startOfDay(place.timeZone, addDays(today, 1))),
      )
      return answer?.figures.daily?.map((figures: DayFigures) => ({ figures, source: answer })) ?? null
    },
    async on({ ask, place, now }: PlaceWeather, { date }: { date: string }, _: unknown, info: GraphQLResolveInfo) {
      if (date < FIRST_DAY) return null
      const answer = await ask({ about: 'daily', place, from: date, to: date })
      keepFor(info, now, answer?.validUntil)
      return answer?.figures.daily?.[0] ? { figures: answer.figures.daily[0], source: answer } : null
    },
    async airQuality({ ask, place, now }: PlaceWeather, _: unknown, __: unknown, info: GraphQLResolveInfo) {
      const answer = await ask({ about: 'air', place })
      keepFor(info, now, answer?.validUntil)
      return answer?.figures.air ? { figures: answer.figures.air, source: answer } : null
    },
    sun: (weather: PlaceWeather, { on }: { on?: string | null }, _: unknown, info: GraphQLResolveInfo) =>
      sunOn(weather.place, dayOf(weather, on, info)),
    moon: (weather: PlaceWeather, { on }: { on?: string | null }, _: unknown, info: GraphQLResolveInfo) =>
      moonOn(weather.place, dayOf(weather, on, info)),
  },
  CurrentWeather: hour,
  HourlyWeather: { ...hour, ...plain('precipitationProbability') },
  DailyWeather: {
    ...plain('date', 'precipitationProbability', 'windDirection', 'uvIndexMax', 'sunshineDuration'),
    temperatureMax: inUnit('temperatureMax', inTemperatureUnit),
    temperatureMin: inUnit('temperatureMin', inTemperatureUnit),
    precipitationSum: inUnit('precipitationSum', inDepthUnit),
    windSpeedMax: inUnit('windSpeedMax', inSpeedUnit),
    windGustsMax: inUnit('windGustsMax', inSpeedUnit),
    ...condition,
  },
  AirQuality: plain('time', 'pm10', 'pm2_5', 'ozone', 'nitrogenDioxide', 'europeanAqi', 'usAqi', 'uvIndex'),
}

/**
 * Caches may keep a part as long as the provider allows; a part that no provider ever has, as long
 * as the type says.
 */
function keepFor(info: GraphQLResolveInfo, now: number, validUntil: number | undefined): void {
  if (validUntil === undefined) return
  cacheControlFromInfo(info).setCacheHint({ maxAge: Math.max(0, Math.floor((validUntil - now) / 1000)) })
}

async function sourceOf(weather: PlaceWeather, info: GraphQLResolveInfo): Promise<Answer> {
  const answer = await weather.source()
  keepFor(info, weather.now, answer.validUntil)
  return answer
}

/** The day asked for, or today, which holds until midnight. */
function dayOf({ place, now }: PlaceWeather, on: string | null | undefined, info: GraphQLResolveInfo): string {
  if (on != null) {
    if (on < '1900-01-01' || on > '2100-12-31') {
      throw codedError('BAD_USER_INPUT', '"on" must be from 1900-01-01 to 2100-12-31.')
    }
    cacheControlFromInfo(info).setCacheHint({ maxAge: CONSTANT })
    return on
  }
  const today = localDate(place.timeZone, now)
  keepFor(info, now, startOfDay(place.timeZone, addDays(today, 1)))
  return today
}

function checkRange(name: string, value: number, max: number): void {
  if (value < 1 || value > max) throw codedError('BAD_USER_INPUT', `"${name}" must be from 1 to ${max}.`)
}
