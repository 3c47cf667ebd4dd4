/**
 * Removes the suggestions of graphql-js ("Did you mean …") from messages: they reveal the schema to
 * clients that may not see it.
 */
import { GraphQLError } from 'graphql'

const HINT = 'Did you mean '

/**
 * The message without the suggestion at its end. It searches from the end: a regular expression
 * would take quadratic time on a message that repeats these words.
 */
export function hideHint(message: string): string {
  const at = message.endsWith('?') ? message.lastIndexOf(HINT) : -1
  return at < 0 ? message : message.slice(0, at).trimEnd()
}

/** The same for a thrown value; returns `error` itself if it has no suggestion. */
export function withoutHint(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error
  const message = hideHint(error.message)
  if (message === error.message) return error
  const { nodes = null, source = null, positions = null, path = null, extensions } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}
