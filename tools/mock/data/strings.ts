/** Texts that fit their field's name or description. The first matching rule counts. */
import type { Faker } from '@faker-js/faker'

export interface Asked {
  /** Type of the object that has the field. */
  readonly type: string
  readonly field: string
  readonly description: string
}

type Make = (faker: Faker, asked: Asked) => string

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const words = (faker: Faker): string => capital(`${faker.word.adjective()} ${faker.word.noun()}`)
const title: Make = (faker) => words(faker)
const sentence = (faker: Faker): string => faker.hacker.phrase()
const paragraphs = (faker: Faker): string[] =>
  Array.from({ length: 3 }, () => `${sentence(faker)} ${faker.company.catchPhrase()}: ${faker.company.buzzPhrase()}.`)
const slug = (faker: Faker): string =>
  faker.helpers.slugify(`${faker.word.adjective()} ${faker.word.noun()}`).toLowerCase()
const ZONES = [
  'Europe/Lisbon',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Tokyo',
  'Africa/Nairobi',
  'America/Sao_Paulo',
]
export const zone = (faker: Faker): string => faker.helpers.arrayElement(ZONES)

/** Names of objects, by words in the type's name. */
const names: readonly (readonly [RegExp, Make])[] = [
  [
    /customer|user|person|people|member|owner|author|party|employee|contact|viewer|patient|student|guest|player/i,
    (faker) => faker.person.fullName(),
  ],
  [/city|town|place|airport/i, (faker) => faker.location.city()],
  [/country|nation/i, (faker) => faker.location.country()],
  [
    /merchant|company|organi[sz]ation|vendor|supplier|brand|shop|store|airline|team|tenant/i,
    (faker) => faker.company.name(),
  ],
  [/account|wallet/i, (faker) => faker.finance.accountName()],
  [/product|item|article|sku/i, (faker) => faker.commerce.productName()],
  [/branch|office|location|venue/i, (faker) => `${faker.location.city()} ${faker.location.street()}`],
  [/category|department|topic|tag/i, (faker) => faker.commerce.department()],
  [/book/i, (faker) => faker.book.title()],
  [/film|movie|song|album|track/i, (faker) => faker.music.songName()],
  [/file|document|asset|image|download/i, (faker) => faker.system.fileName()],
  [/vehicle|car/i, (faker) => faker.vehicle.vehicle()],
]
const nameOf: Make = (faker, asked) => (names.find(([type]) => type.test(asked.type))?.[1] ?? title)(faker, asked)

const byDescription: readonly (readonly [RegExp, Make])[] = [
  [/\bIBAN\b/, (faker) => faker.finance.iban()],
  [/\bBIC\b|\bSWIFT\b/, (faker) => faker.finance.bic()],
  [/ISO 3166/, (faker) => faker.location.countryCode()],
  [/ISO 4217/, () => 'EUR'],
  [/BCP 47/, () => 'en'],
  [/\bIANA\b/, zone],
  [/\bUUID\b/, (faker) => faker.string.uuid()],
  [/SHA-?\d|\bhex(adecimal)?\b/i, (faker) => faker.string.hexadecimal({ length: 64, prefix: '', casing: 'lower' })],
]

const byField: readonly (readonly [RegExp, Make])[] = [
  [/^name$|(display|full|legal|nick)Name$/i, nameOf],
  [/firstName|givenName/i, (faker) => faker.person.firstName()],
  [/lastName|familyName|surname/i, (faker) => faker.person.lastName()],
  [/userName|login|handle/i, (faker) => faker.internet.username()],
  [/fileName/i, (faker) => faker.system.fileName()],
  [/e?mail/i, (faker) => faker.internet.email().toLowerCase()],
  [/phone|mobile|fax/i, (faker) => faker.phone.number({ style: 'international' })],
  [
    /avatar|image|photo|picture|thumbnail|icon|logo/i,
    (faker) => `https://images.example.com/${faker.string.alphanumeric(8)}.png`,
  ],
  [/url$|uri$|link$|website|href|homepage/i, (faker) => `https://www.example.com/${slug(faker)}`],
  [
    /html/i,
    (faker) =>
      paragraphs(faker)
        .map((text) => `<p>${text}</p>`)
        .join('\n'),
  ],
  [/markdown/i, (faker) => `## ${words(faker)}\n\n${paragraphs(faker).join('\n\n')}`],
  [/^(text|body|content|biography|bio|article)$/i, (faker) => paragraphs(faker).join('\n\n')],
  [/title|headline|heading|subject/i, (faker) => faker.company.catchPhrase()],
  [
    /summary|description|excerpt|about|details|comment|note|message|reason|review|attribution/i,
    (faker) => sentence(faker),
  ],
  [/reference|memo|purpose/i, (faker) => words(faker)],
  [/iban/i, (faker) => faker.finance.iban()],
  [/^bic$|swift/i, (faker) => faker.finance.bic()],
  [/currency/i, () => 'EUR'],
  [/countryCode/i, (faker) => faker.location.countryCode()],
  [/country/i, (faker) => faker.location.country()],
  [/city|town/i, (faker) => faker.location.city()],
  [/street|addressLine|^address/i, (faker) => faker.location.streetAddress()],
  [/zip|postal|postCode/i, (faker) => faker.location.zipCode()],
  [/^(state|province|region)$/i, (faker) => faker.location.state()],
  [/timeZone/i, zone],
  [/locale|language|lang$/i, () => 'en'],
  [/colou?r/i, (faker) => faker.color.rgb()],
  [/slug/i, (faker) => slug(faker)],
  [/jobTitle|occupation|profession/i, (faker) => faker.person.jobTitle()],
  [/company|organi[sz]ation|employer|manufacturer|brand|provider|merchant/i, (faker) => faker.company.name()],
  [/category|department|genre/i, (faker) => faker.commerce.department()],
  [/topic|tag|keyword|label/i, (faker) => faker.word.noun()],
  [/material/i, (faker) => faker.commerce.productMaterial()],
  [/version/i, (faker) => faker.system.semver()],
  [/mime|contentType|mediaType/i, (faker) => faker.system.mimeType()],
  [/path/i, (faker) => `${faker.word.noun()}/${slug(faker)}.txt`],
  [/ipAddress|^ip$/i, (faker) => faker.internet.ipv4()],
  [/userAgent/i, (faker) => faker.internet.userAgent()],
  [/uuid|guid/i, (faker) => faker.string.uuid()],
  [
    /hash|digest|checksum|etag|fingerprint/i,
    (faker) => faker.string.hexadecimal({ length: 32, prefix: '', casing: 'lower' }),
  ],
  [/token|secret|key$|code$/i, (faker) => faker.string.alphanumeric(12)],
  [/number$|sku|isbn|barcode|ean|serial/i, (faker) => faker.string.numeric({ length: 10, allowLeadingZeros: false })],
  [/unit$/i, (faker) => faker.science.unit().symbol],
  [/date$|(At|On)$/, (faker) => faker.date.recent({ days: 200 }).toISOString()],
]

/** A description that begins with a list of the values. */
const LISTED = /^(?:`[\w-]+`(?:, | or ))+`[\w-]+`/

export function textFor(faker: Faker, asked: Asked): string {
  const listed = LISTED.exec(asked.description)?.[0].match(/(?<=`)[^`]+(?=`(?:,| or|$))/g)
  if (listed) return faker.helpers.arrayElement(listed)
  const described = byDescription.find(([pattern]) => pattern.test(asked.description))
  const named = byField.find(([pattern]) => pattern.test(asked.field))
  const make = described?.[1] ?? named?.[1] ?? title
  return make(faker, asked)
}
