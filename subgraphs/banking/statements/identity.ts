/** The identity of a statement, from its account and period alone: every copy has the same. */
import { plainDateOf } from '../dates/plain-date.ts'

/** The first instant of a period, and the first after it: both at midnight, UTC. */
interface Days {
  readonly from: Date
  readonly to: Date
}

const DAY = 86_400_000 // milliseconds

const dayOf = (instant: Date): number => Math.floor(instant.getTime() / DAY)
const monthOf = (instant: Date): number => instant.getUTCFullYear() * 12 + instant.getUTCMonth()
const compact = (instant: Date): string => plainDateOf(instant).replaceAll('-', '')

/** 32 characters: the account, the first day and the last. */
export const statementId = (accountId: string, { from, to }: Days): string =>
  [accountId, compact(from), compact(new Date(to.getTime() - DAY))].join('-')

/**
 * The statement's place among those of its account that are as long, from 1 for the one in whose
 * period the account was opened: a month follows a month, a quarter a quarter, and seven days seven
 * days. Undefined for a period before the account was opened.
 */
export function sequenceOf(openedAt: Date, { from, to }: Days): number | undefined {
  const isWholeMonths = from.getUTCDate() === 1 && to.getUTCDate() === 1
  const placeOf = isWholeMonths ? monthOf : dayOf
  const length = placeOf(to) - placeOf(from)
  const sinceOpened = placeOf(to) - 1 - placeOf(openedAt)
  return sinceOpened < 0 ? undefined : Math.floor(sinceOpened / length) + 1
}
