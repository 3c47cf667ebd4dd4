/**
 * Dates and instants in time zones. Instants are Unix milliseconds, dates are `YYYY-MM-DD`; nothing
 * here reads a clock.
 */

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

const formats = new Map<string, Intl.DateTimeFormat>()

/**
 * One format per zone: making one takes a hundred times longer than using it. The tz database
 * bounds their number.
 */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timeZone, format)
  }
  return format
}

/** Milliseconds the wall clock of a zone is ahead of UTC at an instant. */
export function utcOffset(timeZone: string, instant: number): number {
  const part = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  )
  const wall = Date.UTC(
    Number(part['year']),
    Number(part['month']) - 1,
    Number(part['day']),
    Number(part['hour']),
    Number(part['minute']),
    Number(part['second']),
  )
  return wall - Math.floor(instant / 1000) * 1000
}

/** The calendar date of an instant in a zone. */
export const localDate = (timeZone: string, instant: number): string => dateOf(instant + utcOffset(timeZone, instant))

/**
 * The first instant of a date in a zone; if the clock skips midnight, the moment that it jumps to.
 */
export function startOfDay(timeZone: string, date: string): number {
  const midnight = instantOf(date)
  // The offset before the day and the one at its guessed start differ only if the clock changes in
  // between.
  const guess = midnight - utcOffset(timeZone, midnight - DAY / 2)
  const instant = midnight - utcOffset(timeZone, guess)
  return localDate(timeZone, instant) === date ? instant : Math.max(guess, instant)
}

/** Midnight UTC of a date. */
export const instantOf = (date: string): number => Date.parse(`${date}T00:00:00Z`)

/** The date of an instant in UTC. */
export const dateOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10)

export const addDays = (date: string, days: number): string => dateOf(instantOf(date) + days * DAY)

/** Whole days from `start` to `end`; negative when `end` is earlier. */
export const daysBetween = (start: string, end: string): number => Math.round((instantOf(end) - instantOf(start)) / DAY)

/** Every date from `start` to `end`, both included. */
export const datesBetween = (start: string, end: string): string[] =>
  Array.from({ length: daysBetween(start, end) + 1 }, (_, index) => addDays(start, index))

/** RFC 3339 in UTC, without fractions. */
export const rfc3339 = (instant: number): string => new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z')
