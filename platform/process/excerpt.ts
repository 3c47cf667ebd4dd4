/** Shortens foreign text before it goes into a message or the log. */

const LONGEST = 500 // characters

/**
 * A text longer than `most` characters keeps its start and its end, with an ellipsis between them.
 */
export function excerpt(text: string, most = LONGEST): string {
  if (text.length <= most) return text
  const end = Math.floor(most / 3)
  return `${text.slice(0, most - end - 1)}…${text.slice(-end)}`.toWellFormed()
}
