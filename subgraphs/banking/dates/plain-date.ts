/**
 * Calendar arithmetic on plain dates (`YYYY-MM-DD`, proleptic Gregorian). Knows no time of day and
 * no time zone.
 */

/** A calendar date, `YYYY-MM-DD`; compares as text. */
export type PlainDate = string

const MILLISECONDS_A_DAY = 86_400_000

/**
 * True for a date that exists: `2026-02-29` does not, nor does a year 0, which PostgreSQL does not
 * know.
 */
export function isPlainDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** The date in UTC at an instant. @param instant as text: ISO 8601 in UTC */
export const plainDateOf = (instant: Date | string): PlainDate =>
  (typeof instant === 'string' ? instant : instant.toISOString()).slice(0, 10)

/** Whole days from `from` to `to`; negative if `to` is earlier. */
export function daysBetween(from: PlainDate, to: PlainDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / MILLISECONDS_A_DAY)
}

/**
 * The same day of a later month, or its last day if it is shorter: 31 January + 1 = 28 or 29
 * February.
 */
export function addMonths(date: PlainDate, months: number): PlainDate {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return plainDateOf(new Date(Date.UTC(year, month - 1 + months, Math.min(day, lastDay))))
}
