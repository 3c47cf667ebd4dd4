/**
 * Computes what is owed on a loan on a given day, from its repayments alone.
 *
 * Interest accrues to the day by Actual/Actual (ICMA Rule 251): a whole month is one twelfth of the
 * annual rate, and part of a month counts by its actual days over that month's actual days. A
 * payment settles accrued interest first, then principal; what is more is an overpayment. Paid on
 * the due dates, this gives the schedule to the minor unit. Flat interest accrues as scheduled
 * while any principal is owed; interest of months not begun is never charged.
 */
import { addMonths, daysBetween, type PlainDate } from '../dates/plain-date.ts'
import { scheduleOf } from './quote.ts'
import { type DisbursedTerms, MONTHS_A_YEAR, RATE_DIVISOR, smaller } from './terms.ts'

export interface Repayment {
  readonly paidOn: PlainDate
  /** Minor units, more than zero. */
  readonly amount: bigint
}

/** The parts of a repayment; they add up to its amount. */
export interface Allocation {
  readonly interest: bigint
  readonly principal: bigint
  readonly overpayment: bigint
}

/** Minor units, at the end of `day`. */
export interface Position {
  readonly day: PlainDate
  readonly principal: bigint
  /** Accrued and not yet paid. */
  readonly interest: bigint
  /** The payment that settles the loan on this day. */
  readonly settlement: bigint
  readonly overpaid: bigint
  /** Due by this day and not paid. */
  readonly arrears: bigint
  readonly allocations: readonly Allocation[]
}

/**
 * @param repayments in the order they were made
 * @throws RangeError if a repayment or `day` is earlier than the one before it
 */
export function positionOf(terms: DisbursedTerms, repayments: readonly Repayment[], day: PlainDate): Position {
  const schedule = scheduleOf(terms)
  const flat = terms.interest === 'FLAT'
  let principal = terms.principal
  let overpaid = 0n
  let accruedTo = terms.disbursedOn
  let month = 1
  /** Interest of completed months. */
  let interestOwed = 0n
  /**
   * The current month: days, each weighted with the balance that earns interest, and payments so
   * far.
   */
  let weightedDays = 0n
  let paidThisMonth = 0n

  const accrueTo = (date: PlainDate): void => {
    const days = daysBetween(accruedTo, date)
    if (days < 0) throw new RangeError(`${date} is before ${accruedTo}.`)
    weightedDays += BigInt(days) * (flat ? BigInt(principal > 0n) : principal)
    accruedTo = date
  }
  const interestThisMonth = (): bigint => {
    const length = BigInt(daysBetween(addMonths(terms.disbursedOn, month - 1), addMonths(terms.disbursedOn, month)))
    return flat
      ? ((schedule[month - 1]?.interest ?? 0n) * weightedDays) / length
      : (weightedDays * terms.annualRate) / (MONTHS_A_YEAR * RATE_DIVISOR * length)
  }
  const advanceTo = (date: PlainDate): void => {
    for (let end = addMonths(terms.disbursedOn, month); end <= date; end = addMonths(terms.disbursedOn, month)) {
      accrueTo(end)
      interestOwed += interestThisMonth() - paidThisMonth
      weightedDays = 0n
      paidThisMonth = 0n
      month += 1
    }
    accrueTo(date)
  }

  const allocations = repayments.map(({ paidOn, amount }): Allocation => {
    advanceTo(paidOn)
    const interest = smaller(amount, interestOwed + interestThisMonth() - paidThisMonth)
    const toPrincipal = smaller(amount - interest, principal)
    const overpayment = amount - interest - toPrincipal
    const toPastMonths = smaller(interest, interestOwed)
    interestOwed -= toPastMonths
    paidThisMonth += interest - toPastMonths
    principal -= toPrincipal
    overpaid += overpayment
    return { interest, principal: toPrincipal, overpayment }
  })
  advanceTo(day)

  const interest = interestOwed + interestThisMonth() - paidThisMonth
  const settlement = principal + interest
  const due = schedule.reduce((sum, { dueOn, payment }) => (dueOn <= day ? sum + payment : sum), 0n)
  const paid = repayments.reduce((sum, { amount }) => sum + amount, 0n)
  const arrears = smaller(due > paid ? due - paid : 0n, settlement)
  return { day, principal, interest, settlement, overpaid, arrears, allocations }
}
