/**
 * Exchange rates: the value of a euro in each of the bank's other currencies. Data and its range.
 */
import { Decimal } from 'decimal.js' // MIT; arbitrary precision, the field's usual choice for rates
import { BANK_CURRENCIES, HOME_CURRENCY } from '../money/currencies.ts'

/** Currencies that have a rate: the euro is always worth itself. */
export const RATED_CURRENCIES: readonly string[] = BANK_CURRENCIES.filter((currency) => currency !== HOME_CURRENCY)

/** Units of a currency for one euro, and since when. */
interface DatedRate {
  /** Canonical decimal digits. */
  readonly perEuro: string
  /** ISO 8601. */
  readonly at: string
}

export interface ExchangeRate extends DatedRate {
  readonly currency: string
  /** The rate with which changes are compared. */
  readonly base: DatedRate
  /** A change that waits for a second officer. */
  readonly proposal: (DatedRate & { readonly by: string }) | null
}

/** The share of a rate by which one officer alone may move it within a day. */
const ALONE = new Decimal('0.05')

const DAY = 86_400_000 // milliseconds
const PROPOSAL_LIFE = 3_600_000 // milliseconds

const age = ({ at }: { readonly at: string }, now: string): number => Date.parse(now) - Date.parse(at)

/** The rate with which a change is compared now: small steps add up until it is a day old. */
export const baseOf = ({ base, perEuro }: ExchangeRate, now: string): DatedRate =>
  age(base, now) < DAY ? base : { perEuro, at: now }

export const needsSecondOfficer = (base: DatedRate, perEuro: string): boolean =>
  new Decimal(perEuro).minus(base.perEuro).abs().gt(ALONE.mul(base.perEuro))

/** True if another officer proposed the same rate recently. */
export const isConfirmed = ({ proposal }: ExchangeRate, perEuro: string, by: string, now: string): boolean =>
  proposal !== null && proposal.perEuro === perEuro && proposal.by !== by && age(proposal, now) <= PROPOSAL_LIFE

const LEAST = new Decimal('0.0001')
const MOST = new Decimal('1000000')

/**
 * Digits with at most ten decimals, in their shortest form; undefined if out of range. Both ends
 * are allowed.
 */
export function parseRate(text: string): string | undefined {
  if (!/^\d{1,7}(\.\d{1,10})?$/.test(text)) return undefined
  const rate = new Decimal(text)
  return rate.gte(LEAST) && rate.lte(MOST) ? rate.toFixed() : undefined
}
