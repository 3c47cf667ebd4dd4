/**
 * The closed list of error codes a client can meet, each with its HTTP status. `docs/errors.md`
 * explains every one.
 */
import type { GraphQLErrorExtensions } from 'graphql'
// Not all of graphql-js, of 130 modules: commands and `npm start` need nothing else of it.
import { GraphQLError } from 'graphql/error/GraphQLError.js'

export const errorStatus = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  OPERATION_TOO_COMPLEX: 400,
  BUDGET_EXHAUSTED: 429,
  PERSISTED_QUERY_NOT_FOUND: 200,
  OPERATION_NOT_ALLOWED: 403,
  SERVICE_UNAVAILABLE: 503,
  SERVICE_TIMEOUT: 504,
  INTERNAL: 500,
} as const

export type ErrorCode = keyof typeof errorStatus

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorStatus, code)

/** The HTTP status of a code; that of `INTERNAL` for any other value. */
export const statusOf = (code: unknown): number => errorStatus[isErrorCode(code) ? code : 'INTERNAL']

/**
 * A GraphQL error whose message is meant for the client. Everything else is masked as `INTERNAL`.
 */
export function codedError(code: ErrorCode, message: string, extensions: GraphQLErrorExtensions = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, code } })
}
