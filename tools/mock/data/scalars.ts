/** Values of scalars: GraphQL's own, and custom ones by common names. */
import type { Faker } from '@faker-js/faker'
import { instantFor } from './dates.ts'
import { numberFor } from './numbers.ts'
import { fakerFor } from './random.ts'
import { type Asked, textFor, zone } from './strings.ts'

interface AskedScalar extends Asked {
  /** Name of the scalar. */
  readonly scalar: string
  /** Description of the scalar. */
  readonly scalarDescription: string
  /** Key of the object. */
  readonly key: string
  /** The seed of the value: object, field, arguments, and place in a list. */
  readonly seed: string
  /** Index of the object in its list. */
  readonly index: number | undefined
}

type Make = (faker: Faker, asked: AskedScalar) => unknown

const date: Make = (_, { key, field, index }) => instantFor(key, field, index, true).toISOString().slice(0, 10)
const instant: Make = (_, { key, field, index }) => instantFor(key, field, index, false).toISOString()
const digits: Make = (faker) => String(faker.number.int({ min: 100, max: 500_000 }))

/** All amounts share one currency, so that sums make sense; a list of rates has one of each. */
const CURRENCIES = ['EUR', 'USD', 'GBP', 'JPY', 'CHF', 'BRL', 'SEK', 'INR']

/** The first match counts. */
const custom: readonly (readonly [RegExp, Make])[] = [
  [/^(date|localDate|calendarDate|day)$/i, date],
  [/dateTime|timestamp|instant|iso8601|^localDateTime|^moment/i, instant],
  [/^(localTime|time|timeOfDay)$/i, (_, asked) => String(instant(fakerFor(asked.seed), asked)).slice(11, 19)],
  [/timeZone/i, zone],
  [/duration|interval/i, (faker) => `PT${faker.number.int({ min: 5, max: 55 })}M`],
  [/minorUnits|cents|^(big_?int|long|int64|uint64|bigInteger|unsignedLong)$/i, digits],
  [/percent|decimal|numeric/i, (faker) => faker.number.float({ min: 0.5, max: 12, fractionDigits: 2 }).toFixed(2)],
  [/currency/i, (_, { index }) => (index === undefined ? 'EUR' : (CURRENCIES[index % CURRENCIES.length] ?? 'EUR'))],
  [/countryCode|^country$/i, (faker) => faker.location.countryCode()],
  [/locale|languageTag|language/i, () => 'en'],
  [/e?mail/i, (faker) => faker.internet.email().toLowerCase()],
  [/phone/i, (faker) => `+${faker.string.numeric({ length: 11, allowLeadingZeros: false })}`],
  [/^ur[li]$|url$|uri$|link/i, (faker) => `https://www.example.com/${faker.word.noun()}`],
  [/uuid|guid/i, (faker) => faker.string.uuid()],
  [
    /json|^object$|^map$|^any$/i,
    (faker) => ({ [faker.word.noun()]: faker.word.adjective(), count: faker.number.int(9) }),
  ],
  [/latitude/i, (faker) => faker.location.latitude()],
  [/longitude/i, (faker) => faker.location.longitude()],
  [/colou?r/i, (faker) => faker.color.rgb()],
  [/iban/i, (faker) => faker.finance.iban()],
  [/ipv?4|^ip/i, (faker) => faker.internet.ipv4()],
  [/base64|bytes?$|binary/i, (faker) => Buffer.from(faker.word.noun()).toString('base64')],
  [/html/i, (faker) => `<p>${faker.hacker.phrase()}</p>`],
  [/bool/i, (faker) => faker.datatype.boolean()],
  [
    /^(positive|nonNegative|unsigned)?(int|integer|short|byte)$|int\d+$|count/i,
    (faker, { field }) => numberFor(faker, field, true),
  ],
  [/float|double|number/i, (faker, { field }) => numberFor(faker, field, false)],
  [/^(void|null)$/i, () => null],
  [/slug/i, (faker) => faker.word.noun()],
]

const own = new Map<string, Make>([
  ['Int', (faker, { field }) => numberFor(faker, field, true)],
  ['Float', (faker, { field }) => numberFor(faker, field, false)],
  ['Boolean', (faker) => faker.datatype.boolean()],
  ['ID', (faker) => faker.string.numeric({ length: 8, allowLeadingZeros: false })],
  ['String', textFor],
])

/** Guesses the format of a custom scalar from its description. */
const described: readonly (readonly [RegExp, Make])[] = [
  [/RFC ?3339|ISO ?8601/i, instant],
  [/YYYY-MM-DD/, date],
  [/digits/i, digits],
]

export function scalarFor(asked: AskedScalar): unknown {
  const make =
    own.get(asked.scalar) ??
    custom.find(([name]) => name.test(asked.scalar))?.[1] ??
    described.find(([text]) => text.test(asked.scalarDescription))?.[1] ??
    textFor
  return make(fakerFor(asked.seed), asked)
}
