/**
 * What a client may see of an error: codes of the closed list with their messages, and nothing
 * internal, unless a rule for the service says so. Messages are shortened, because they quote
 * clients and services. The rest goes to the log.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { excerpt } from '../../platform/process/excerpt.ts'
import type { Logger } from '../../platform/process/log.ts'
import { isErrorCode } from '../../platform/protocol/errors.ts'
import { type Named, namesOf } from '../../platform/protocol/trace-context.ts'
import type { ErrorRules } from '../config/sections/errors.ts'
import { isConcealed } from './concealed.ts'
import { isServiceError } from './reported.ts'
import { compileShow, type Show } from './show.ts'

/** Extensions that clients act on. */
const SHOWN = ['service', 'retryAfter'] as const

/** @param original the thrown value, for the log */
function maskError(
  { message, path, locations, extensions }: GraphQLFormattedError,
  request: Named,
  log: Logger,
  original?: unknown,
): GraphQLFormattedError {
  const code = extensions?.['code']
  const known = isErrorCode(code) && code !== 'INTERNAL'
  if (!known && !isConcealed(original))
    log.error({ ...namesOf(request), err: original ?? { message, path } }, 'an operation failed')
  const shown = Object.fromEntries(
    SHOWN.flatMap((name) => (known && extensions && name in extensions ? [[name, extensions[name]]] : [])),
  )
  return {
    message: known ? excerpt(message) : 'Internal error.',
    ...(locations && known && { locations }),
    ...(path && { path }),
    extensions: { code: known ? code : 'INTERNAL', ...shown, requestId: request.requestId },
  }
}

/** Masks any thrown value; anything but a `GraphQLError` is unexpected. */
function maskThrown(error: unknown, request: Named, log: Logger): GraphQLFormattedError {
  const known = error instanceof GraphQLError ? error.toJSON() : { message: 'unforeseen' }
  return maskError(known, request, log, error)
}

/** Makes the error that a client may see of any thrown value. */
export type Mask = (error: unknown, request: Named) => GraphQLFormattedError

/** Rules by the name of the service; services without any are absent. */
export type RulesOfServices = ReadonlyMap<string, ErrorRules>

export function createMask(log: Logger, rules: RulesOfServices): Mask {
  if (rules.size === 0) return (error, request) => maskThrown(error, request, log)
  const shows = new Map([...rules].map(([service, rule]) => [service, compileShow(rule)]))
  return (error, request) => showThrown(shows, error, request, log) ?? maskThrown(error, request, log)
}

function showThrown(
  shows: ReadonlyMap<string, Show>,
  error: unknown,
  request: Named,
  log: Logger,
): GraphQLFormattedError | undefined {
  if (!(error instanceof GraphQLError) || !isServiceError(error.originalError)) return undefined
  const shown = shows.get(error.originalError.service)?.(error.originalError)
  if (!shown) return undefined
  const { message, extensions, isPart } = shown
  if (isPart) log.error({ ...namesOf(request), err: error }, 'an operation failed')
  const { retryAfter } = error.extensions
  const { path } = error
  return {
    message,
    ...(path && { path }),
    extensions: { ...extensions, ...(retryAfter !== undefined && { retryAfter }), requestId: request.requestId },
  }
}
