/** Turns habits into the movements of one fixed year, identical on every machine. */
import { hash } from 'node:crypto'
import { type AccountName, accounts, type Habit, habits } from './people.ts'
import type { MerchantId } from './places.ts'

/**
 * A fixed year in the past: the data does not depend on the day of seeding, and later events cannot
 * precede it (the ledger's clock never runs backwards).
 */
export const YEAR = { from: Date.UTC(2025, 6, 1), to: Date.UTC(2026, 6, 1) } as const

const DAY = 86_400_000 // milliseconds

export interface Movement {
  readonly at: string
  /** Unique in the seed, and identical in every run. */
  readonly key: string
  readonly account: AccountName
  readonly other: { readonly merchant: MerchantId } | { readonly account: AccountName } | { readonly opening: true }
  /** Minor units debited to the account; negative ones are credited. */
  readonly amount: bigint
  readonly reference: string | null
}

/** Every movement of the year, in order of time. */
export function movementsOfTheYear(): readonly Movement[] {
  const openings = Object.entries(accounts).map(([account, { opening }]) => ({
    at: new Date(YEAR.from).toISOString(),
    key: `opening:${account}`,
    account: account as AccountName,
    other: { opening: true as const },
    amount: -opening,
    reference: 'Opening balance',
  }))
  const lived = habits.flatMap((habit, index) => daysOf(habit, index).map((day) => movement(habit, index, day)))
  return [...openings, ...lived.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))]
}

function daysOf({ when, months }: Habit, index: number): number[] {
  const days: number[] = []
  for (let day = YEAR.from; day < YEAR.to; day += DAY) {
    const date = new Date(day)
    if (months && !months.includes(date.getUTCMonth() + 1)) continue
    const happens =
      'dayOfMonth' in when ? date.getUTCDate() === when.dayOfMonth : draw(`${index} ${day} happens`) < when.perWeek / 7
    if (happens) days.push(day)
  }
  return days
}

function movement(habit: Habit, index: number, day: number): Movement {
  const label = `${index} ${day}`
  const [from, to] = habit.amount
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(draw(`${label} with`) * items.length)] as Item
  return {
    // Payments happen between 7:00 and 22:00.
    at: new Date(day + (7 + draw(`${label} hour`) * 15) * 3_600_000).toISOString(),
    key: `habit:${label}`,
    account: habit.account,
    other: typeof habit.with === 'string' ? { account: habit.with } : { merchant: pick(habit.with) },
    amount: from + (BigInt(Math.floor(draw(`${label} amount`) * 1_000_000)) * (to - from + 1n)) / 1_000_000n,
    reference: habit.reference ?? null,
  }
}

/** A pseudo-random number in [0, 1) for a label. */
const draw = (label: string): number => Number.parseInt(hash('sha256', label, 'hex').slice(0, 12), 16) / 2 ** 48
