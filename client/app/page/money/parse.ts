/** Reads what a person types as an amount. */
import { decimalMarkOf } from '../format/decimals.ts'
import { digitsOf } from '../format/money.ts'

const MOST_DIGITS = 18
/** Groups do not begin with 0: whoever types `0.500` means half a euro, not 500. */
const GROUPED = /^\d+$|^[1-9]\d{0,2}([., '’])\d{3}(?:\1\d{3})*$/

/**
 * The smallest units of the currency, as digits; `undefined` for what is no amount above zero, is
 * more exact than the currency, or could mean two amounts. Comma and point may both be the decimal
 * mark where the text leaves no doubt, whatever the language.
 */
export function parseAmount(text: string, currency: string, locale: string): string | undefined {
  const compact = text.replaceAll(/\s/g, ' ').replaceAll(/^ *\p{Sc}? *| *\p{Sc}? *$/gu, '')
  const at = decimalMarkIn(compact, locale)
  const whole = at === undefined ? compact : compact.slice(0, at)
  const fraction = at === undefined ? '' : compact.slice(at + 1)
  if (!GROUPED.test(whole) || !/^\d*$/.test(fraction)) return undefined
  if (at !== undefined && (fraction === '' || whole.includes(compact.charAt(at)))) return undefined
  const digits = digitsOf(currency)
  if (fraction.length > digits) return undefined
  const amount = (whole.replace(/\D/g, '') + fraction.padEnd(digits, '0')).replace(/^0+/, '')
  return amount === '' || amount.length > MOST_DIGITS ? undefined : amount
}

/** Where it is; `undefined` if all marks group. */
function decimalMarkIn(text: string, locale: string): number | undefined {
  const at = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','))
  if (at < 0) return undefined
  const mark = text.charAt(at)
  const isRepeated = text.indexOf(mark) < at
  const isAlone = !isRepeated && !text.includes(mark === '.' ? ',' : '.')
  if (isRepeated) return undefined
  // `1,250` groups where the comma does, and has three decimals where it is the decimal mark.
  if (isAlone && text.length - at - 1 === 3 && mark !== decimalMarkOf(locale)) return undefined
  return at
}
