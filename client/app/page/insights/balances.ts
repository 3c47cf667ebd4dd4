/** Balances over a period: at its begin, at each month's end, and at its own end. */
import { addDays, addMonths } from '../format/dates.ts'
import type { Amount } from '../format/money.ts'

interface Statement {
  readonly from: string
  readonly to: string
  readonly opening: Amount
  /** The earliest first; months without entries are left out. */
  readonly byMonth: readonly { readonly month: string; readonly credits: Amount; readonly debits: Amount }[]
}

export interface BalanceOfDay {
  readonly day: string
  readonly balance: Amount
}

export function balancesOf({ from, to, opening, byMonth }: Statement): readonly BalanceOfDay[] {
  const { currency } = opening
  let sum = BigInt(opening.amount)
  const points: BalanceOfDay[] = [{ day: from, balance: opening }]
  for (let month = `${from.slice(0, 7)}-01`; month <= to; month = addMonths(month, 1)) {
    const moved = byMonth.find((one) => one.month === month)
    if (moved) sum += BigInt(moved.credits.amount) - BigInt(moved.debits.amount)
    const last = addDays(addMonths(month, 1), -1)
    points.push({ day: last < to ? last : to, balance: { amount: `${sum}`, currency } })
  }
  return points
}
