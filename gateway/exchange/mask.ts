/**
 * What a client may see of an error: codes of the closed list with their messages, and nothing
 * internal. Messages are shortened, because they quote clients and services. The rest goes to the
 * log.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { excerpt } from '../../platform/process/excerpt.ts'
import type { Logger } from '../../platform/process/log.ts'
import { isErrorCode } from '../../platform/protocol/errors.ts'

/** Extensions that clients act on. */
const SHOWN = ['service', 'retryAfter'] as const

/** @param original what was thrown, for the log */
export function maskError(
  { message, path, locations, extensions }: GraphQLFormattedError,
  requestId: string,
  log: Logger,
  original?: unknown,
): GraphQLFormattedError {
  const code = extensions?.['code']
  const known = isErrorCode(code) && code !== 'INTERNAL'
  if (!known) log.error({ requestId, err: original ?? { message, path } }, 'an operation failed')
  const shown = Object.fromEntries(
    SHOWN.flatMap((name) => (known && extensions && name in extensions ? [[name, extensions[name]]] : [])),
  )
  return {
    message: known ? excerpt(message) : 'Internal error.',
    ...(locations && known && { locations }),
    ...(path && { path }),
    extensions: { code: known ? code : 'INTERNAL', ...shown, requestId },
  }
}

/** Masks any thrown value; anything but a `GraphQLError` was not foreseen. */
export function maskThrown(error: unknown, requestId: string, log: Logger): GraphQLFormattedError {
  const known = error instanceof GraphQLError ? error.toJSON() : { message: 'unforeseen' }
  return maskError(known, requestId, log, error)
}

/** The same for an `AggregateError`, such as the mistakes of a document. */
export const maskAllThrown = (error: unknown, requestId: string, log: Logger): readonly GraphQLFormattedError[] =>
  (error instanceof AggregateError ? error.errors : [error]).map((each) => maskThrown(each, requestId, log))
