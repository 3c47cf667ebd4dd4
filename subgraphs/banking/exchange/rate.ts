/** What a euro is worth in each of the bank's other currencies, and the order to change it. Data and its range. */
import { Decimal } from 'decimal.js' // MIT; arbitrary precision, the field's usual choice for rates
import { BANK_CURRENCIES, HOME_CURRENCY } from '../money/currencies.ts'

/** Currencies that have a rate: the euro is always worth itself. */
export const RATED_CURRENCIES: readonly string[] = BANK_CURRENCIES.filter((currency) => currency !== HOME_CURRENCY)

export interface ExchangeRate {
  readonly currency: string
  /** Units of it for one euro, as canonical decimal digits. */
  readonly perEuro: string
  /** Since when. */
  readonly at: string
}

export interface SetExchangeRateCommand {
  readonly name: 'setExchangeRate'
  readonly currency: string
  readonly perEuro: string
}

const LEAST = new Decimal('0.0001')
const MOST = new Decimal('1000000')

/** Digits with at most ten decimals, in their shortest form; undefined where they are out of range. Both ends are allowed. */
export function parseRate(text: string): string | undefined {
  if (!/^\d{1,7}(\.\d{1,10})?$/.test(text)) return undefined
  const rate = new Decimal(text)
  return rate.gte(LEAST) && rate.lte(MOST) ? rate.toFixed() : undefined
}
