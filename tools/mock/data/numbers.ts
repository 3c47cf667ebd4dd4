/** Numbers in the range that the name of their field suggests. */
import type { Faker } from '@faker-js/faker'

interface Range {
  readonly min: number
  readonly max: number
  /** Decimals of the number. */
  readonly decimals?: number
}

const ranges: readonly (readonly [RegExp, Range])[] = [
  [/latitude|^lat$/i, { min: -60, max: 65, decimals: 4 }],
  [/longitude|^(lng|lon|long)$/i, { min: -170, max: 170, decimals: 4 }],
  [/elevation|altitude/i, { min: 0, max: 900 }],
  [/population/i, { min: 15_000, max: 3_000_000 }],
  [/temperature|dewPoint|feelsLike/i, { min: -5, max: 32, decimals: 1 }],
  [/humidity|probability|percent|cloudCover|progress|^score$/i, { min: 0, max: 100, decimals: 0 }],
  [/pressure/i, { min: 985, max: 1_035, decimals: 1 }],
  [/direction|bearing|heading|azimuth/i, { min: 0, max: 359, decimals: 0 }],
  [/wind|gust|speed/i, { min: 0, max: 60, decimals: 1 }],
  [/precipitation|rain|snow/i, { min: 0, max: 20, decimals: 1 }],
  [/uvIndex/i, { min: 0, max: 11, decimals: 1 }],
  [/rating|stars/i, { min: 1, max: 5, decimals: 1 }],
  [/illumination|fraction|ratio|share|confidence/i, { min: 0, max: 1, decimals: 2 }],
  [/year/i, { min: 1990, max: 2026 }],
  [/month/i, { min: 1, max: 12 }],
  [/week/i, { min: 1, max: 52 }],
  [/hour/i, { min: 0, max: 23 }],
  [/minute|second/i, { min: 0, max: 59 }],
  [/^day/i, { min: 1, max: 28 }],
  [/^age$/i, { min: 18, max: 90 }],
  [/width|height/i, { min: 320, max: 1_920 }],
  [/bytes|fileSize|^size$/i, { min: 2_000, max: 900_000 }],
  [/price|cost|amount|total|balance|fee|revenue|salary/i, { min: 5, max: 900, decimals: 2 }],
  [/rate$/i, { min: 0, max: 10, decimals: 2 }],
  [/distance|radius/i, { min: 0, max: 400, decimals: 1 }],
  [/weight|mass/i, { min: 1, max: 90, decimals: 1 }],
  [/duration|readingTime|length/i, { min: 1, max: 60 }],
  [/quantity|stock|count|views|likes|votes/i, { min: 0, max: 500 }],
  [/level|depth|index|order|position|rank/i, { min: 1, max: 6 }],
]

/** @param isWhole for `Int` */
export function numberFor(faker: Faker, field: string, isWhole: boolean): number {
  const {
    min,
    max,
    decimals = 0,
  } = ranges.find(([pattern]) => pattern.test(field))?.[1] ?? { min: 1, max: 100, decimals: 1 }
  // Fields named with Min and Max use separate halves of the range, so that Min is never above Max.
  const middle = (min + max) / 2
  const from = /max(imum)?$|^max/i.test(field) ? middle : min
  const to = /min(imum)?$|^min(?!u)/i.test(field) ? middle : max
  if (isWhole || decimals === 0) return faker.number.int({ min: Math.ceil(from), max: Math.floor(to) })
  return faker.number.float({ min: from, max: to, fractionDigits: decimals })
}
