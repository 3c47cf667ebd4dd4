/** Days and times. Bank days are in UTC, as the statement has them. */

export const dayOf = (instant: string): string => instant.slice(0, 10)

export const today = (): string => new Date().toISOString().slice(0, 10)

/** A year that is typed may have up to six digits, with which no date of ours can be computed. */
export const LAST_DAY = '9999-12-30'
export const isDay = (day: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(day) && day <= LAST_DAY

export function addDays(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + count)
  return date.toISOString().slice(0, 10)
}

export const formatDay = (day: string, locale: string, options: Intl.DateTimeFormatOptions = {}): string =>
  new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    ...options,
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`))

export const formatInstant = (instant: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant))

/** Uses the month's last day if it is shorter. */
export function addMonths(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  const wanted = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + count)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(wanted, last))
  return date.toISOString().slice(0, 10)
}
