/**
 * Computes the due days of a schedule. Pure, and counted from its first day, so that days do not
 * drift.
 */
import { addMonths, daysBetween, type PlainDate, plainDateOf } from '../dates/plain-date.ts'

export type Frequency = 'ONCE' | 'DAILY' | 'WEEKLY' | 'MONTHLY'

const DAY = 86_400_000 // milliseconds

const addDays = (date: PlainDate, days: number): PlainDate => plainDateOf(new Date(Date.parse(date) + days * DAY))

const step: Readonly<Record<'DAILY' | 'WEEKLY', number>> = { DAILY: 1, WEEKLY: 7 }

/**
 * The next due day after `day`; null if there is none. Months count from the first day: the 31st
 * means the last.
 */
export function nextDay(
  {
    frequency,
    firstOn,
    until,
  }: { readonly frequency: Frequency; readonly firstOn: PlainDate; readonly until: PlainDate | null },
  day: PlainDate,
): PlainDate | null {
  if (frequency === 'ONCE') return null
  const next =
    frequency === 'MONTHLY' ? addMonths(firstOn, monthsBetween(firstOn, day) + 1) : addDays(day, step[frequency])
  return until !== null && daysBetween(next, until) < 0 ? null : next
}

/** Missed days that are not caught up, from the one that was due. */
export interface SkippedDays {
  readonly days: number
  readonly last: PlainDate
  /** The first day that is caught up. */
  readonly next: PlainDate
}

/** Most days of a schedule that are caught up after an outage. */
const MOST_CAUGHT_UP = 31 // days

/** Undefined if all days until `today` can be caught up. */
export function skippedDays(
  schedule: Parameters<typeof nextDay>[0],
  dueOn: PlainDate,
  today: PlainDate,
): SkippedDays | undefined {
  const due: PlainDate[] = []
  for (let day: PlainDate | null = dueOn; day !== null && day <= today; day = nextDay(schedule, day)) due.push(day)
  const days = due.length - MOST_CAUGHT_UP
  const [last, next] = [due[days - 1], due[days]]
  return days > 0 && last !== undefined && next !== undefined ? { days, last, next } : undefined
}

function monthsBetween(from: PlainDate, to: PlainDate): number {
  const [fromYear = 0, fromMonth = 0] = from.split('-').map(Number)
  const [toYear = 0, toMonth = 0] = to.split('-').map(Number)
  return (toYear - fromYear) * 12 + toMonth - fromMonth
}
