/**
 * The climate of any place by rule: a regression on latitude, elevation and the land around. An
 * estimate, never a measurement; reads no record.
 */
import type { Surroundings } from './land.ts'

export interface Site {
  /** Degrees north. */
  readonly latitude: number
  /** Metres above the sea. */
  readonly elevation: number
  readonly land: Surroundings
}

/** The expected weather of one day of the year. */
export interface ClimateDay {
  /** °C, mean of day and night. */
  readonly temperature: number
  /** °C between the night's low and the day's high. */
  readonly temperatureRange: number
  /** mm a day. */
  readonly precipitation: number
  /** Part of such days with at least 1 mm, 0 to 1. */
  readonly wetDays: number
  /** %, 0 to 100. */
  readonly cloudCover: number
  /** %, 0 to 100. */
  readonly humidity: number
  /** km/h, mean of the day. */
  readonly windSpeed: number
  /** Degrees the prevailing wind comes from. */
  readonly windDirection: number
}

/**
 * A figure by latitude: over open sea, and what land all around, all to the west and all to the
 * east adds.
 */
interface Band {
  readonly latitude: number
  readonly sea: number
  readonly around: number
  readonly west: number
  readonly east: number
}

const band = (latitude: number, sea: number, around: number, west: number, east: number): Band => ({
  latitude,
  sea,
  around,
  west,
  east,
})

/*
 * The three tables come from one ridge regression (its strength chosen by leaving one place out) on normals, rounded to whole degrees, of 138
 * places of all climates, none of them within 300 km of the two whose records the almanac holds. Left-out places miss by 2.5 °C on average.
 */

/** Annual mean at sea level, °C. */
const ANNUAL_MEAN = [
  band(0, 27.1, 0.1, 0.3, -1.4),
  band(20, 25.9, -0.5, 0.8, 2.0),
  band(35, 15.7, 0.8, 1.0, 2.5),
  band(50, 7.6, 0.2, -6.0, 5.1),
  band(65, 4.7, -3.2, -5.2, 1.5),
  band(90, -26.6, 0.5, 1.5, 1.0),
]
/** Half the difference between July and January (in the south: January and July), °C. */
const SUMMER = [
  band(0, 0, 0.6, -0.5, -0.8),
  band(20, 2.1, 0.3, 1.6, 0.7),
  band(35, 3.7, 1.8, 5.9, 1.6),
  band(50, 3.3, 3.3, 10.2, -1.3),
  band(65, 2.5, 6.3, 8.9, 2.4),
  band(90, 22.1, -0.4, -1.6, -0.7),
]
/**
 * Half the difference between October and April (in the south: April and October), °C: how late the
 * seasons are.
 */
const AUTUMN = [
  band(0, -0.4, 0, -0.4, 0.5),
  band(20, 1.3, -1.6, -0.2, -0.1),
  band(35, 2.1, -1.8, 0.1, 0.3),
  band(50, 2.1, -1.6, 0.3, -0.7),
  band(65, 2.2, -1.1, -0.5, -1.2),
  band(90, 2.9, 0.1, 0.2, 0.1),
]
/** The effect of the Antarctic ice: full at the pole, less at 75° S, none north of 60° S. */
const ANTARCTIC = { mean: -9.4, summer: -7.1, autumn: -5.6 }
/** °C for each metre. */
const LAPSE_RATE = -0.0042

/**
 * mm a day: rain belt at the equator, dry belts at 25°, the westerlies' rain at 50°. From zonal
 * means; crude over any one place.
 */
const PRECIPITATION = [
  band(0, 5, 0.5, -0.3, 0.3),
  band(10, 4, 0, 0, -0.2),
  band(25, 1.8, -0.3, -0.5, -0.3),
  band(35, 2.2, -0.2, -0.6, 0),
  band(50, 3.3, -0.3, -1.6, 0),
  band(65, 2.0, -0.3, -0.9, 0),
  band(90, 0.5, -0.2, -0.1, 0),
]

/**
 * Degrees the prevailing wind comes from, north of the equator: trades, westerlies, polar
 * easterlies.
 */
const windFrom = (latitude: number): number => (latitude < 30 ? 60 : latitude < 65 ? 250 : 70)

/** Mid-January is the coldest moment the regression knows in the north, mid-July in the south. */
const MID_JANUARY = 15
const YEAR = 365.25
/**
 * Degrees on either side of the equator over which the seasons of one side become those of the
 * other.
 */
const TURN = 2

/** @param dayOfYear 1 to 366 */
export function climateOf(site: Site, dayOfYear: number): ClimateDay {
  const { latitude, elevation, land } = site
  const south = latitude < 0
  const polar = Math.max(0, (-latitude - 60) / 30)
  const season = (2 * Math.PI * (dayOfYear - MID_JANUARY)) / YEAR // as it is in the north
  // The share of the northern seasons: 1 in the north, -1 in the south, with a gradual transition.
  const side = Math.max(-1, Math.min(1, latitude / TURN))
  const summer = at(SUMMER, site) + polar * ANTARCTIC.summer
  const autumn = at(AUTUMN, site) + polar * ANTARCTIC.autumn * (south ? -1 : 1)
  const temperature =
    at(ANNUAL_MEAN, site) +
    polar * ANTARCTIC.mean +
    LAPSE_RATE * elevation -
    side * (summer * Math.cos(season) + autumn * Math.sin(season))

  // The rain belts follow the sun: about 8 degrees to its side in summer.
  const rainLatitude = latitude + 8 * Math.cos(season)
  const precipitation = Math.max(0.05, at(PRECIPITATION, { ...site, latitude: rainLatitude }))
  const wetDays = Math.min(0.8, precipitation / (precipitation + 4))
  const cloudCover = Math.min(90, 25 + 80 * wetDays)
  return {
    temperature,
    temperatureRange: (6 + 8 * land.around) * (1 - wetDays / 2),
    precipitation,
    wetDays,
    cloudCover,
    humidity: Math.min(92, 60 + 35 * wetDays - 15 * land.around + (temperature < 5 ? 8 : 0)),
    windSpeed: 18 - 8 * land.around,
    windDirection: south ? 180 - windFrom(-latitude) + (windFrom(-latitude) > 180 ? 360 : 0) : windFrom(latitude),
  }
}

/** A table's figure for a site: linear between its bands. */
function at(table: readonly Band[], { latitude, land }: Pick<Site, 'latitude' | 'land'>): number {
  const from = Math.min(90, Math.abs(latitude))
  const upper = Math.max(
    1,
    table.findIndex((row) => row.latitude >= from),
  )
  const [low, high] = [table[upper - 1] as Band, table[upper] as Band]
  const share = (from - low.latitude) / (high.latitude - low.latitude)
  const figure = ({ sea, around, west, east }: Band): number =>
    sea + around * land.around + west * land.west + east * land.east
  return figure(low) * (1 - share) + figure(high) * share
}
