/** Balances over a period: daily for the chart, at the ends of months for the table. */
import { addDays } from '../format/dates.ts'
import type { Amount } from '../format/money.ts'

interface Statement {
  readonly from: string
  readonly to: string
  readonly opening: Amount
  readonly byDay: readonly BalanceOfDay[]
}

/** The balance at the end of a day. */
export interface BalanceOfDay {
  readonly day: string
  readonly balance: Amount
}

/** Balances from the day before the period to its last day. */
export function balancesOf({ from, to, opening, byDay }: Statement): readonly BalanceOfDay[] {
  const moved = new Map(byDay.map(({ day, balance }) => [day, balance]))
  const points: BalanceOfDay[] = [{ day: addDays(from, -1), balance: opening }]
  let last = opening
  for (let day = from; day <= to; day = addDays(day, 1)) {
    last = moved.get(day) ?? last
    points.push({ day, balance: last })
  }
  return points
}

/** The first, the last, and those of the last days of months between them. */
export const endsOfMonths = (points: readonly BalanceOfDay[]): readonly BalanceOfDay[] =>
  points.filter(({ day }, at) => at === 0 || at === points.length - 1 || addDays(day, 1).endsWith('-01'))
