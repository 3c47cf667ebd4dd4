/** The terms of a loan, and their ranges. Everything else about a loan follows from its terms. */
import type { PlainDate } from '../dates/plain-date.ts'

/** Interest on the outstanding balance, or on the whole principal for the whole term. */
export type InterestMethod = 'DECLINING_BALANCE' | 'FLAT'
/** The part that is equal in all instalments: the whole payment, or its principal. */
export type Amortization = 'EQUAL_INSTALMENTS' | 'EQUAL_PRINCIPAL'

export interface LoanTerms {
  /** Minor units, more than zero. */
  readonly principal: bigint
  /** Nominal interest a year in ten-thousandths of a percent: 49_500n is 4.95 %. */
  readonly annualRate: bigint
  /** The number of monthly instalments. */
  readonly instalments: number
  readonly interest: InterestMethod
  readonly amortization: Amortization
}

/** Terms of a loan whose money has been paid out. */
export interface DisbursedTerms extends LoanTerms {
  readonly disbursedOn: PlainDate
}

const RATE_DECIMALS = 4 // of a percentage
export const MONTHS_A_YEAR = 12n
/** `annualRate` divided by this is the rate as a fraction of one. */
export const RATE_DIVISOR = 1_000_000n

export const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other)

const limits = {
  /** Minor units; keeps every sum of a schedule within 64 bits. */
  principal: { min: 1n, max: 1_000_000_000_000_000n },
  /** 0 to 100 %. */
  annualRate: { min: 0n, max: RATE_DIVISOR },
  /** One month to forty years. */
  instalments: { min: 1, max: 480 },
} as const

/**
 * Reads a percentage such as `4.95`; `undefined` for anything but digits with up to four decimals.
 */
export function parseRate(percent: string): bigint | undefined {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(percent)
  if (!match) return undefined
  const [, whole = '', decimals = ''] = match
  return BigInt(whole + decimals.padEnd(RATE_DECIMALS, '0'))
}

/** The percentage as text, without trailing zeros: `4.95`. */
export function formatRate(annualRate: bigint): string {
  const digits = annualRate.toString().padStart(RATE_DECIMALS + 1, '0')
  const decimals = digits.slice(-RATE_DECIMALS).replace(/0+$/, '')
  return digits.slice(0, -RATE_DECIMALS) + (decimals === '' ? '' : `.${decimals}`)
}

/** Every fault of the terms, for the applicant; empty if the bank lends on them. */
export function faultsOf(terms: LoanTerms): string[] {
  const outside = <Value extends bigint | number>(value: Value, { min, max }: { min: Value; max: Value }): boolean =>
    value < min || value > max
  return [
    ...(outside(terms.principal, limits.principal)
      ? [`"terms.principal" must be from ${limits.principal.min} to ${limits.principal.max} minor units.`]
      : []),
    ...(outside(terms.annualRate, limits.annualRate) ? ['"terms.annualRate" must be from 0 to 100 percent.'] : []),
    ...(!Number.isInteger(terms.instalments) || outside(terms.instalments, limits.instalments)
      ? [`"terms.instalments" must be from ${limits.instalments.min} to ${limits.instalments.max}.`]
      : []),
  ]
}
