/**
 * Takes the place of a value that a service failed to give, and holds the errors that explain it.
 * It moves with the data to the place in the answer that shows it, which gives its path in the
 * client's names. It must never be written out as data.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { codedError, isErrorCode } from '../../../platform/protocol/errors.ts'
import { reportedIn, serviceErrorOf, wholeOf } from '../../errors/reported.ts'

export interface Fault {
  readonly error: GraphQLError
  /**
   * Path from the missing value to the field that failed, in the engine's names; empty if they are
   * the same.
   */
  readonly below: readonly (string | number)[]
}

export class Failure {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    this.faults = faults
  }
}

/**
 * For an entity that its service does not know. This is no fault: the nearest nullable place
 * becomes null, without an error.
 */
export const ABSENT = new Failure([])

/** The failure of everything that one error cost. */
export const failureOf = (error: GraphQLError): Failure => new Failure([{ error, below: [] }])

/**
 * For a value that was lost because another value of the same answer failed. Its field may have had
 * its effect, so clients must not take it for failed.
 */
export const LOST: Failure = failureOf(
  codedError(
    'INTERNAL',
    'The service reported no error of this field: its value was lost with that of another field, which failed.',
  ),
)

/** For an input that cannot be sent on unchanged. */
export const UNWRITABLE: Failure = failureOf(codedError('INTERNAL', 'A service gave a value that JSON cannot say.'))

/**
 * A failure of an object or a list, as it is seen from one of its members: by the member's own
 * errors if it has any, else by those that name no member. A service that answers `data: null`
 * names the field that failed; the others may have done their work, and must not be blamed.
 * @param isMember whether an error's path means a member at all
 */
export function failureAt(failure: Failure, member: string | number, isMember: (segment: unknown) => boolean): Failure {
  const { faults } = failure
  if (failure === LOST || faults.every(({ below }) => below.length === 0)) return failure
  const own = faults.filter(({ below }) => below[0] === member)
  if (own.length > 0) return new Failure(own.map(({ error, below }) => ({ error, below: below.slice(1) })))
  // Several would be at one path, where one is told.
  const ofAll = faults.find(({ below }) => !isMember(below[0]))
  return ofAll ? failureOf(ofAll.error) : LOST
}

/** The failure of `count` entities, as it is seen from one of them. */
export const failureOfEntity = (failure: Failure, index: number, count: number): Failure =>
  failureAt(failure, index, (segment) => typeof segment === 'number' && segment < count)

/** Codes about the request that the gateway wrote, not about the client's. */
const OWN_FAULTS: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'OPERATION_NOT_ALLOWED',
  'INTERNAL',
])

/**
 * A service's error as clients may see it. Errors with codes are meant for clients; any other stays
 * in the gateway.
 */
export function serviceError(service: string, error: GraphQLFormattedError): GraphQLError {
  const whole = wholeOf(error)
  if (whole) return whole
  const originalError = serviceErrorOf(service, error.message, reportedIn(error))
  const code = error.extensions?.['code']
  if (!isErrorCode(code) || OWN_FAULTS.has(code)) {
    return new GraphQLError('Internal error.', {
      originalError,
      extensions: { code: 'INTERNAL', service },
    })
  }
  const { stacktrace: _stacktrace, exception: _exception, ...extensions } = error.extensions ?? {}
  return new GraphQLError(error.message, { originalError, extensions: { ...extensions, service, code } })
}

/** A service's errors, each with its path. */
export const faultsOf = (service: string, errors: readonly GraphQLFormattedError[]): readonly Fault[] =>
  errors.map((error) => ({ error: serviceError(service, error), below: error.path ?? [] }))

/**
 * The error of a call without an answer. Errors of traffic have codes; anything else is a bug of
 * the gateway.
 */
export function callError(service: string, error: unknown): GraphQLError {
  if (error instanceof GraphQLError && isErrorCode(error.extensions['code'])) return error
  return new GraphQLError('Internal error.', {
    originalError: error instanceof Error ? error : new Error(String(error)),
    extensions: { code: 'INTERNAL', service },
  })
}

/**
 * The same error at another path. It inherits everything else: capturing a new stack for each of
 * hundreds of places would cost more than most answers.
 */
export const errorAt = (error: GraphQLError, path: readonly (string | number)[]): GraphQLError =>
  Object.create(error, { path: { value: path, enumerable: true } }) as GraphQLError
