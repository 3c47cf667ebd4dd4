/**
 * Amounts in minor units: `bigint` inside, digits on the wire, never a floating-point number in
 * between.
 */
import { exponentOf } from './currencies.ts'
import { formatOf } from './formats.ts'

/** The largest amount and the largest counter: 2⁶³ − 1, a signed 64-bit integer. */
export const MAX_AMOUNT = 2n ** 63n - 1n

/** An amount of one currency. */
export interface Money {
  readonly amount: bigint
  readonly currency: string
}

/** Digits with an optional minus sign, within 64 bits; undefined for anything else. */
export function parseMinorUnits(text: string): bigint | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined
  const amount = BigInt(text)
  return amount <= MAX_AMOUNT && amount >= -MAX_AMOUNT ? amount : undefined
}

/** Major units as digits with a point, exact: `1234.50`. */
export function toDecimal({ amount, currency }: Money): string {
  const exponent = exponentOf(currency) ?? 0
  const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const sign = amount < 0n ? '-' : ''
  return exponent === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-exponent)}`
}

/**
 * Formatted for people by `locale`: `€1,234.50`, `1.234,50 €`.
 * @throws RangeError for an invalid BCP 47 tag
 */
export function formatMoney(money: Money, locale: string): string {
  const exponent = exponentOf(money.currency) ?? 0
  // As a decimal string the amount stays exact, however large; the digits are ISO's, not ICU's.
  return formatOf(locale, money.currency, exponent).format(toDecimal(money) as Intl.StringNumericLiteral)
}
