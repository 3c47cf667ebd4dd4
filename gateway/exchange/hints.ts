/** Takes out of messages about mistakes what graphql-js guesses was meant: it names what the schema has, to whoever may not see the schema. */
import { GraphQLError } from 'graphql'

const HINT = 'Did you mean '

/** A message without the guess at its end. Searched from there: a pattern would go over a long message once for each time that the client wrote those words. */
export function hideHint(message: string): string {
  const at = message.endsWith('?') ? message.lastIndexOf(HINT) : -1
  return at < 0 ? message : message.slice(0, at).trimEnd()
}

/** The same for what was thrown; `error` itself where it holds no guess. */
export function withoutHint(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error
  const message = hideHint(error.message)
  if (message === error.message) return error
  const { nodes = null, source = null, positions = null, path = null, extensions } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}
