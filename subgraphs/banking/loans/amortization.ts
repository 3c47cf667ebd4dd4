/**
 * Splits a loan into monthly instalments, exact to the minor unit. Pure arithmetic: no dates, no
 * state, no database.
 *
 * Roundings favour the borrower's end date: an instalment is rounded up and each month's interest
 * down, so the debt is never behind the exact one. All instalments are therefore equal but the
 * last, which is smaller or equal; and where a minor unit is large against the instalment, the loan
 * ends before its last month.
 */
import { Decimal } from 'decimal.js' // MIT; decimal powers to any precision, which neither bigint nor number gives
import {
  type Amortization,
  type InterestMethod,
  type LoanTerms,
  MONTHS_A_YEAR,
  RATE_DIVISOR,
  smaller,
} from './terms.ts'

/** One month's payment, in minor units. */
export interface Split {
  readonly principal: bigint
  readonly interest: bigint
}

// 480 months at 100 % a year grow to 10^17; 15 digits of principal and 20 decimals on top still
// leave room.
const Exact = Decimal.clone({ precision: 80, rounding: Decimal.ROUND_HALF_EVEN })

const ceilDivide = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor

/**
 * Interest of one whole month on a balance, rounded down. A month is a twelfth of the year,
 * whatever its length.
 */
export const monthlyInterest = (balance: bigint, annualRate: bigint): bigint =>
  (balance * annualRate) / (MONTHS_A_YEAR * RATE_DIVISOR)

/** The equal instalment that repays a declining balance: P·r / (1 − (1 + r)⁻ⁿ), rounded up. */
export function annuity({ principal, annualRate, instalments }: LoanTerms): bigint {
  if (annualRate === 0n) return ceilDivide(principal, BigInt(instalments))
  const rate = new Exact(annualRate.toString()).div((MONTHS_A_YEAR * RATE_DIVISOR).toString())
  const payment = rate.mul(principal.toString()).div(new Exact(1).minus(rate.plus(1).pow(-instalments)))
  // The last digits are the computation's own; without the cut an exact payment could be rounded up
  // by one.
  return BigInt(payment.toDecimalPlaces(20).ceil().toFixed(0))
}

function* decliningInstalments(terms: LoanTerms): Generator<Split> {
  const instalment = annuity(terms)
  for (let balance = terms.principal; balance > 0n; ) {
    const interest = monthlyInterest(balance, terms.annualRate)
    const principal = smaller(instalment - interest, balance)
    yield { principal, interest }
    balance -= principal
  }
}

function* decliningPrincipal({ principal: lent, annualRate, instalments }: LoanTerms): Generator<Split> {
  const part = ceilDivide(lent, BigInt(instalments))
  for (let balance = lent; balance > 0n; balance -= part) {
    yield { principal: smaller(part, balance), interest: monthlyInterest(balance, annualRate) }
  }
}

/** Flat interest is agreed for the whole term, on the whole amount. */
const flatInterest = ({ principal, annualRate, instalments }: LoanTerms): bigint =>
  (principal * annualRate * BigInt(instalments)) / (MONTHS_A_YEAR * RATE_DIVISOR)

function* flatInstalments(terms: LoanTerms): Generator<Split> {
  const interest = flatInterest(terms)
  const total = terms.principal + interest
  const instalment = ceilDivide(total, BigInt(terms.instalments))
  const count = ceilDivide(total, instalment)
  let balance = terms.principal
  let paid = 0n
  for (let number = 1n; number <= count; number += 1n) {
    const payment = smaller(instalment, total - paid)
    // Counted from the start each time, so that what rounding leaves over never piles up.
    const share = (interest * number) / count - (interest * (number - 1n)) / count
    // The last minor unit of principal stays to the end: flat interest is owed for as long as any
    // principal is.
    const principal = number === count ? balance : smaller(payment - share, balance - 1n)
    yield { principal, interest: payment - principal }
    balance -= principal
    paid += payment
  }
}

function* flatPrincipal(terms: LoanTerms): Generator<Split> {
  const interest = flatInterest(terms)
  const part = ceilDivide(terms.principal, BigInt(terms.instalments))
  const count = ceilDivide(terms.principal, part)
  for (let number = 1n; number <= count; number += 1n) {
    yield {
      principal: smaller(part, terms.principal - part * (number - 1n)),
      interest: (interest * number) / count - (interest * (number - 1n)) / count,
    }
  }
}

const splitters: Record<InterestMethod, Record<Amortization, (terms: LoanTerms) => Iterable<Split>>> = {
  DECLINING_BALANCE: { EQUAL_INSTALMENTS: decliningInstalments, EQUAL_PRINCIPAL: decliningPrincipal },
  FLAT: { EQUAL_INSTALMENTS: flatInstalments, EQUAL_PRINCIPAL: flatPrincipal },
}

/**
 * The payments of a loan, first to last; their principals add up to exactly what was lent. Terms
 * must be within `limits`.
 */
export const amortize = (terms: LoanTerms): Split[] => [...splitters[terms.interest][terms.amortization](terms)]
