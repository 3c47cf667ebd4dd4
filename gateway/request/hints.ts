/** Takes out of messages about mistakes what graphql-js guesses was meant: it names what the schema has, to whoever may not see the schema. */
import { GraphQLError } from 'graphql'

/** `error` itself where it is none of a client's mistakes. */
export function withoutHint(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error
  const message = error.message.replace(/ ?Did you mean .*\?$/s, '')
  if (message === error.message) return error
  const { nodes = null, source = null, positions = null, path = null, extensions } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}
