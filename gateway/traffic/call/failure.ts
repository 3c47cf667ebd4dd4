/**
 * The ways in which a call to a service can fail. Stays inside the gateway: `toClient` makes the
 * coded error for clients.
 */
import type { GraphQLError } from 'graphql'
import { codedError, type ErrorCode } from '../../../platform/protocol/errors.ts'

interface Failing {
  /** Whether the instance may be in trouble, for any caller. */
  readonly isEvidence: boolean
  /**
   * What may be sent again: queries and mutations with a key for every field, queries only, or
   * nothing.
   */
  readonly again: 'keyed' | 'queries' | 'nothing'
}

const failings = {
  /**
   * Refused, reset, or cut before the answer was complete; it is unknown whether the service did
   * the work.
   */
  connection: { isEvidence: true, again: 'keyed' },
  /**
   * No complete answer came in time, or the instance is frozen; it is unknown whether the service
   * did the work.
   */
  timeout: { isEvidence: true, again: 'keyed' },
  /** A status from 500 on without a GraphQL answer. */
  fault: { isEvidence: true, again: 'queries' },
  /**
   * Another status below 400 without a GraphQL answer (a redirect, HTML, truncated JSON), or no
   * HTTP at all.
   */
  answer: { isEvidence: false, again: 'queries' },
  /** A status from 400 on without a GraphQL answer, as of a proxy that asks for credentials. */
  refused: { isEvidence: false, again: 'nothing' },
  /**
   * A server reports that it waited too long for a request (408) on a connection that was idle
   * until this one was sent. Most likely it has not read it, as if it had closed the connection.
   */
  crossed: { isEvidence: false, again: 'keyed' },
  /** An answer over the limit. */
  size: { isEvidence: false, again: 'nothing' },
  /** The instance asks to be left alone for a while (429, or 503 with `Retry-After`). */
  shed: { isEvidence: false, again: 'keyed' },
  /** Never sent: each healthy instance asked this caller to stay away. */
  held: { isEvidence: false, again: 'nothing' },
  /** Never sent: too many calls are waiting, or no instance is healthy. */
  overload: { isEvidence: false, again: 'keyed' },
  /** Nobody waits for the answer any more. */
  cancelled: { isEvidence: false, again: 'nothing' },
} as const satisfies Readonly<Record<string, Failing>>

export type FailureKind = keyof typeof failings

interface FailureOptions extends ErrorOptions {
  /** The code for the client, if not that of the kind. */
  readonly code?: ErrorCode
  /** Seconds after which to try again. */
  readonly retryAfter?: number | undefined
}

/** `message` is for the log; it may name addresses. */
export class CallFailure extends Error {
  readonly kind: FailureKind
  readonly code: ErrorCode
  readonly retryAfter: number | undefined
  /** Address of the instance, if one was called. */
  instance: string | undefined

  constructor(kind: FailureKind, message: string, { code, retryAfter, ...options }: FailureOptions = {}) {
    super(message, options)
    this.name = 'CallFailure'
    this.kind = kind
    this.code = code ?? (kind === 'timeout' ? 'SERVICE_TIMEOUT' : 'SERVICE_UNAVAILABLE')
    this.retryAfter = retryAfter
  }
}

export const isEvidence = ({ kind }: CallFailure): boolean => failings[kind].isEvidence

export const mayBeSentAgain = ({ kind }: CallFailure): Failing['again'] => failings[kind].again

const messages: Partial<Record<ErrorCode, (service: string) => string>> = {
  SERVICE_TIMEOUT: (service) => `The service "${service}" did not answer in time.`,
  UNAUTHENTICATED: (service) => `The service "${service}" did not accept the token.`,
  FORBIDDEN: (service) => `The service "${service}" does not allow this.`,
}

/**
 * The error for the client: names the service, whether it was slow or unavailable, and when to try
 * again.
 */
export function toClient({ code, retryAfter }: CallFailure, service: string): GraphQLError {
  const message = messages[code]?.(service) ?? `The service "${service}" is not available.`
  return codedError(code, message, { service, ...(retryAfter !== undefined && { retryAfter }) })
}
