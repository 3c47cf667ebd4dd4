/**
 * Weather without a network: measured days if the almanac has a record, otherwise a climatological
 * estimate, always labelled as such.
 */
import { getPosition } from 'suncalc' // BSD-2-Clause, no dependencies; Meeus' algorithms
import { type ClimateDay, climateOf, type Site } from '../almanac/climate.ts'
import { openLand } from '../almanac/land.ts'
import { openRecords, type RecordedDay, type Records } from '../almanac/records.ts'
import type { Answer, DayFigures, HourFigures, Place, Provider } from '../model/provider.ts'
import { DAY, dateOf, datesBetween, daysBetween, HOUR, instantOf, utcOffset } from '../model/time.ts'

const ATTRIBUTION = {
  ESTIMATE: 'Climatological estimate from latitude, elevation, coast and season; not a forecast.',
  OBSERVED: 'NOAA National Centers for Environmental Information (public domain).',
} as const

/**
 * A record speaks for places this near its city: degrees of latitude, and of longitude at its
 * latitude. About 25 km.
 */
const RECORD_REACH = 0.22

/** Answers depend only on place and hour, not on instance or earlier questions. */
export function createAlmanac(): Provider {
  const surroundings = openLand()
  const records = openRecords()

  /** Looked up once for all that one request asks about a place: it is most of the work. */
  const sites = new WeakMap<Place, Site>()
  const siteOf = (place: Place): Site => {
    const { latitude, longitude, elevation = 0 } = place
    const site = sites.get(place) ?? { latitude, elevation, land: surroundings(latitude, longitude) }
    sites.set(place, site)
    return site
  }
  const recordsOf = ({ latitude, longitude }: Place): Records | undefined =>
    records.find(
      (record) =>
        Math.abs(record.latitude - latitude) < RECORD_REACH &&
        Math.abs(record.longitude - longitude) * Math.cos((latitude * Math.PI) / 180) < RECORD_REACH,
    )

  const answer = (kind: 'OBSERVED' | 'ESTIMATE', now: number, figures: Answer['figures']): Answer => {
    const hour = Math.floor(now / HOUR) * HOUR
    return {
      provider: 'almanac',
      kind,
      issuedAt: hour,
      validUntil: hour + HOUR,
      attribution: ATTRIBUTION[kind],
      figures,
    }
  }

  return {
    name: 'almanac',
    async answer(question, now) {
      if (question.about === 'air') return undefined
      const { place } = question
      const site = siteOf(place)
      const recorded = recordsOf(place)
      if (question.about === 'daily') {
        const dates = datesBetween(question.from, question.to)
        const measured = dates.map((date) => recorded?.days.get(date))
        const days = dates.map((date, index) =>
          measured[index] ? observedDay(date, measured[index]) : estimatedDay(site, date),
        )
        return answer(measured.every((day) => day !== undefined) ? 'OBSERVED' : 'ESTIMATE', now, { daily: days })
      }
      const hours = question.about === 'hourly' ? question.hours : 1
      const start = Math.floor(now / HOUR) * HOUR
      const hourly = estimatedHours(site, place, recorded, start, hours)
      return answer('ESTIMATE', now, question.about === 'hourly' ? { hourly } : hourly[0] ? { current: hourly[0] } : {})
    },
  }
}

const dayOfYear = (date: string): number => daysBetween(`${date.slice(0, 4)}-01-01`, date) + 1

/** A digit after the point is more than an estimate is worth. */
const tenth = (figure: number): number => Math.round(figure * 10) / 10

/**
 * The most typical code of an expected day: wet if most such days are wet, otherwise by its clouds.
 */
function expectedCode({ wetDays, cloudCover, temperature }: ClimateDay): number {
  if (wetDays > 0.5) return temperature < 0 ? 71 : 61
  return cloudCover < 30 ? 1 : cloudCover < 60 ? 2 : 3
}

function estimatedDay(site: Site, date: string): DayFigures {
  const climate = climateOf(site, dayOfYear(date))
  return {
    date,
    temperatureMax: tenth(climate.temperature + climate.temperatureRange / 2),
    temperatureMin: tenth(climate.temperature - climate.temperatureRange / 2),
    precipitationSum: tenth(climate.precipitation),
    precipitationProbability: Math.round(climate.wetDays * 100),
    windSpeedMax: tenth(climate.windSpeed * 1.4),
    windGustsMax: null,
    windDirection: climate.windDirection,
    uvIndexMax: null,
    sunshineDuration: null,
    weatherCode: expectedCode(climate),
  }
}

/**
 * The hours from `start` on. The climate changes with the day only, and is worked out once for
 * each.
 */
function estimatedHours(
  site: Site,
  place: Place,
  recorded: Records | undefined,
  start: number,
  count: number,
): HourFigures[] {
  const climates = new Map<number, ClimateDay>()
  return Array.from({ length: count }, (_, index) => {
    const time = start + index * HOUR
    const solarTime = time + (place.longitude / 360) * DAY
    const day = Math.floor(solarTime / DAY)
    const climate = climates.get(day) ?? climateOf(site, dayOfYear(dateOf(day * DAY)))
    climates.set(day, climate)
    return estimatedHour(climate, place, recorded, time, solarTime)
  })
}

/**
 * The day's course: warmest three hours after the sun's highest, coldest twelve hours from then.
 */
function estimatedHour(
  climate: ClimateDay,
  place: Place,
  recorded: Records | undefined,
  time: number,
  solarTime: number,
): HourFigures {
  const course = Math.cos((2 * Math.PI * ((solarTime % DAY) - 15 * HOUR)) / DAY)
  const temperature = normalHour(recorded, place, time) ?? climate.temperature + (course * climate.temperatureRange) / 2
  return {
    time,
    temperature: tenth(temperature),
    apparentTemperature: null,
    humidity: Math.round(Math.min(100, climate.humidity - course * climate.temperatureRange)),
    precipitation: tenth(climate.precipitation / 24),
    precipitationProbability: Math.round(climate.wetDays * 100),
    cloudCover: Math.round(climate.cloudCover),
    pressure: null,
    windSpeed: tenth(climate.windSpeed * (1 + course / 5)),
    windDirection: climate.windDirection,
    windGusts: null,
    weatherCode: expectedCode(climate),
    isDay: getPosition(new Date(time), place.latitude, place.longitude).altitude > -0.833,
  }
}

/**
 * The normal temperature of this hour, if recorded. Normals are in standard time, without summer
 * time.
 */
function normalHour(recorded: Records | undefined, { timeZone }: Place, time: number): number | undefined {
  if (!recorded || recorded.hourlyNormals.size === 0) return undefined
  const standard = utcOffset(timeZone, instantOf(`${dateOf(time).slice(0, 4)}-01-01`))
  const wall = new Date(time + standard).toISOString()
  return recorded.hourlyNormals.get(wall.slice(5, 10))?.[Number(wall.slice(11, 13))]
}

/** WMO codes of the record's words. */
const RECORDED_CODES: Readonly<Record<string, number>> = { sun: 0, fog: 45, drizzle: 51, rain: 61, snow: 71 }

function observedDay(date: string, day: RecordedDay): DayFigures {
  return {
    date,
    temperatureMax: day.temperatureMax,
    temperatureMin: day.temperatureMin,
    precipitationSum: day.precipitation,
    precipitationProbability: null,
    windSpeedMax: null,
    windGustsMax: null,
    windDirection: null,
    uvIndexMax: null,
    sunshineDuration: null,
    weatherCode: RECORDED_CODES[day.weather] ?? null,
  }
}
