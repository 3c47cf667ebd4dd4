/** Reads what a person types as an amount. */
import { decimalMarkOf } from '../format/decimals.ts'
import { digitsOf } from '../format/money.ts'

const MOST_DIGITS = 18
/** Groups do not begin with 0: `0.500` means half a euro, not 500. */
const GROUPED = /^\d+$|^[1-9]\d{0,2}([., '’])\d{3}(?:\1\d{3})*$/

/**
 * The amount in minor units, as digits; `undefined` if it is not above zero, has more decimals than
 * the currency, or is ambiguous. Comma and point are both accepted as decimal mark if the text is
 * unambiguous, in any language.
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

/** The position of the decimal mark; `undefined` if all marks group digits. */
function decimalMarkIn(text: string, locale: string): number | undefined {
  const at = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','))
  if (at < 0) return undefined
  const mark = text.charAt(at)
  const isRepeated = text.indexOf(mark) < at
  const isAlone = !isRepeated && !text.includes(mark === '.' ? ',' : '.')
  if (isRepeated) return undefined
  // In `1,250` the comma groups digits, or is the decimal mark, depending on the locale.
  if (isAlone && text.length - at - 1 === 3 && mark !== decimalMarkOf(locale)) return undefined
  return at
}
