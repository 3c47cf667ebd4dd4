/** Computes the cost of a loan: the dated schedule and its sums. Stores nothing. */
import { addMonths, type PlainDate } from '../dates/plain-date.ts'
import { amortize } from './amortization.ts'
import type { DisbursedTerms } from './terms.ts'

/** One dated payment; amounts in minor units. */
export interface Instalment {
  /** From 1. */
  readonly number: number
  readonly dueOn: PlainDate
  readonly payment: bigint
  readonly principal: bigint
  readonly interest: bigint
  /** Principal still owed after it. */
  readonly balanceAfter: bigint
}

interface Quote {
  readonly schedule: readonly Instalment[]
  readonly totalInterest: bigint
  readonly totalPayable: bigint
  /**
   * Percent a year, two decimals: the annual percentage rate of Directive 2008/48/EC, Annex I, in
   * equal months.
   */
  readonly effectiveAnnualRate: string
}

/**
 * Instalments are due monthly, on the day of the month the money was paid out (or that month's
 * last).
 */
export function scheduleOf(terms: DisbursedTerms): Instalment[] {
  let balanceAfter = terms.principal
  return amortize(terms).map(({ principal, interest }, index) => {
    balanceAfter -= principal
    const dueOn = addMonths(terms.disbursedOn, index + 1)
    return { number: index + 1, dueOn, payment: principal + interest, principal, interest, balanceAfter }
  })
}

export function quote(terms: DisbursedTerms): Quote {
  const schedule = scheduleOf(terms)
  const totalInterest = schedule.reduce((sum, { interest }) => sum + interest, 0n)
  return {
    schedule,
    totalInterest,
    totalPayable: terms.principal + totalInterest,
    effectiveAnnualRate: effectiveAnnualRate(terms.principal, schedule),
  }
}

/**
 * Solves Σ payment·(1 + X)^(−months/12) = principal for X by bisection. A figure to compare loans
 * by; no money is computed with it.
 */
function effectiveAnnualRate(principal: bigint, schedule: readonly Instalment[]): string {
  const payments = schedule.map(({ payment }) => Number(payment) / Number(principal))
  // From the last payment to the first (Horner's rule): powers would take thirty times as long.
  const excess = (rate: number): number => payments.reduceRight((sum, payment) => (sum + payment) / (1 + rate), 0) - 1
  let low = 0
  let high = 1
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (excess(middle) > 0) low = middle
    else high = middle
  }
  return (((1 + low) ** 12 - 1) * 100).toFixed(2)
}
