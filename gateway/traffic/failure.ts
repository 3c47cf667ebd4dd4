/** How a call to a service can fail. Stays inside the gateway: clients get the coded error that `toClient` makes of it. */
import type { GraphQLError } from 'graphql'
import { codedError } from '../protocol/errors.ts'

/**
 * - `connection`: refused, reset, or cut before the answer was whole; whether the service did the work is unknown.
 * - `answer`: something came back that is no GraphQL answer (a 502, HTML, truncated or oversized JSON).
 * - `timeout`: nothing whole came back in time.
 * - `overload`: never sent, since too many calls wait already, or no instance is fit to be asked.
 * - `cancelled`: nobody waits for the answer any more.
 */
export type FailureKind = 'connection' | 'answer' | 'timeout' | 'overload' | 'cancelled'

/** `message` is for the log; it may name addresses. */
export class CallFailure extends Error {
  readonly kind: FailureKind
  /** Address of the instance that was asked, where one was. */
  instance: string | undefined

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CallFailure'
    this.kind = kind
  }
}

/** What a client may know of it: which service, and whether it was slow or silent. */
export function toClient(failure: CallFailure, service: string): GraphQLError {
  return failure.kind === 'timeout'
    ? codedError('SERVICE_TIMEOUT', `The service "${service}" did not answer in time.`, { service })
    : codedError('SERVICE_UNAVAILABLE', `The service "${service}" is not available.`, { service })
}
