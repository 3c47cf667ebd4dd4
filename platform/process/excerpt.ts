/** Shortens what others wrote before it stands in a message or in the log. */

const LONGEST = 500 // characters

/**
 * The text itself; where it is longer than `most` characters, its start and its end with an
 * ellipsis between them.
 */
export function excerpt(text: string, most = LONGEST): string {
  if (text.length <= most) return text
  const end = Math.floor(most / 3)
  return `${text.slice(0, most - end - 1)}…${text.slice(-end)}`.toWellFormed()
}
