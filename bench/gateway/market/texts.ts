/** Texts of the market's objects, determined by a number, and similar to real ones. */

const GIVEN =
  'Ana Björn Chloé Dmitri Елена Fatima Gonçalo Håkon Ilse João Keiko Łukasz Maria Nguyễn Omar Priya 陽子 Søren Tomás Zoë'.split(
    ' ',
  )
const FAMILY =
  'Almeida Brandt Castillo Dvořák Eriksson Fernández Grünewald Haddad Иванова Jansen Kowalczyk Lefèvre Mbeki Núñez 大野 Pereira Rossi Şahin Tanaka Wójcik'.split(
    ' ',
  )
const THINGS =
  'kettle lamp backpack notebook jacket speaker bicycle blanket camera chair drill headphones knife mirror printer scarf table tent umbrella watch'.split(
    ' ',
  )
const QUALITIES =
  'light sturdy folding quiet waterproof compact wooden insulated adjustable cordless reversible stackable'.split(' ')
const PHRASES = [
  'keeps what it promises',
  'came two days early',
  'feels solid in the hand',
  'is smaller than it looks',
  'fits on every shelf',
  'survived a fall from the table',
  'needs no tools to put together',
  'costs half as much',
  'was a gift, and a success',
  'looks better in daylight',
]
const COUNTRIES = ['PT', 'DE', 'FR', 'BR', 'JP', 'PL', 'SE', 'US', 'TR', 'ZA']

/** Spreads small numbers evenly over 32 bits (a finalizer of MurmurHash3). */
export function scatter(number: number): number {
  let hash = Math.imul(number ^ (number >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const pick = (list: readonly string[], number: number): string => list[scatter(number) % list.length] ?? ''

export const country = (number: number): string => pick(COUNTRIES, number)
export const personName = (number: number): string => `${pick(GIVEN, number)} ${pick(FAMILY, number + 7919)}`
export const productName = (number: number): string =>
  `${pick(QUALITIES, number)} ${pick(THINGS, number + 104_729)} no. ${number}`

/** One in six has quotes, one in nine a line break: both are escapes in JSON. */
export function sentences(number: number, count: number): string {
  const parts = Array.from({ length: count }, (_, index) => {
    const phrase = pick(PHRASES, number * 8 + index)
    return number % 6 === 0 && index === 0 ? `“${phrase}”, or so they say: "${phrase}"` : phrase
  })
  return `It ${parts.join(number % 9 === 0 ? ';\n' : ', and it ')}${number % 5 === 0 ? ' – très bien' : ''}.`
}
