/** Consistent times within an object: changed after created, due after today. */
import { hashOf, TODAY } from './random.ts'

const MINUTE = 60_000 // milliseconds
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const FUTURE = /expir|until|^due|next|^end|^to$|deliver|arriv|valid/i
const LATER = /updat|modif|chang|edit|decid|complet|close|finish|resol|paid|last/i

/** Hours of a day. */
const SUN = [
  [/sunrise|dawn|moonset/i, 6],
  [/sunset|dusk|moonrise/i, 19],
] as const

/**
 * @param key of the object
 * @param index of the object in a daily or hourly list
 */
export function instantFor(key: string, field: string, index: number | undefined, isDate: boolean): Date {
  if (index !== undefined && /^(date|day|time|at|hour|on|month|timestamp)$/i.test(field))
    return new Date(TODAY.getTime() + index * (isDate ? DAY : HOUR))
  const sun = SUN.find(([pattern]) => pattern.test(field))
  if (sun) return new Date(TODAY.getTime() + (index ?? 0) * DAY + (sun[1] - 12) * HOUR + (hashOf(key) % 60) * MINUTE)
  const made = TODAY.getTime() - (hashOf(key) % 300) * DAY - (hashOf(`${key}:minute`) % 1_440) * MINUTE
  if (FUTURE.test(field)) return new Date(TODAY.getTime() + (1 + (hashOf(key + field) % 200)) * DAY)
  if (!LATER.test(field)) return new Date(made)
  return new Date(made + ((TODAY.getTime() - made) * (1 + (hashOf(key + field) % 9))) / 10)
}
