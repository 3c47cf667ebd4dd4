/**
 * Reads a service's HTTP answer: its GraphQL, or its kind of failure, and how long it may be
 * cached.
 */
import type { ErrorCode } from '../../platform/protocol/errors.ts'
import { openAnswer, type ReadAnswer, readBody } from './call/answer.ts'
import { CallFailure, type FailureKind } from './call/failure.ts'
import type { Freshness, ServiceCall } from './call/send.ts'
import { readRetryAfter } from './caller-backoff.ts'
import type { HttpAnswer } from './client/http-answer.ts'

/**
 * @param judgesCaller whether a status of 401 or 403 is about the caller's credentials
 * @param read see `ServiceCall`
 * @throws CallFailure of kind `answer`, or of that of an error status
 */
export function readAnswer(
  { status, fields, body, loan, mayHaveCrossed }: HttpAnswer,
  judgesCaller: boolean,
  read?: ServiceCall['read'],
): ReadAnswer {
  if (status < 400) {
    const taken = read?.(body)
    return taken
      ? { answer: openAnswer(body, undefined, loan), hasErrors: taken === 'partial' }
      : readBody(body, status)
  }
  const retryAfter = readRetryAfter(fields.get('retry-after'))
  // A service may also shed load with a GraphQL answer: another instance is tried all the same.
  if (status === 503 && retryAfter !== undefined) throw new CallFailure('shed', 'status 503', { retryAfter })
  try {
    return readBody(body, status)
  } catch (cause) {
    const code = (judgesCaller && CREDENTIALS.get(status)) || 'SERVICE_UNAVAILABLE'
    const kind = status === 408 && mayHaveCrossed ? 'crossed' : kindOf(status, retryAfter)
    throw new CallFailure(kind, `status ${status} without a GraphQL answer`, {
      cause,
      code,
      retryAfter,
    })
  }
}

const CREDENTIALS: ReadonlyMap<number, ErrorCode> = new Map([
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
])

function kindOf(status: number, retryAfter: number | undefined): FailureKind {
  if (status >= 500) return 'fault'
  return status === 429 && retryAfter !== undefined ? 'shed' : 'refused'
}

/** The freshness of an answer that must not be cached. */
export const NOT_KEPT: Freshness = { maxAge: 0, scope: 'private', age: 0, variesByLanguage: false }

/**
 * How long an answer may be cached for everybody. Answers for one caller, and any without clear
 * permission, are not cached.
 */
export function readFreshness(
  isForCaller: boolean,
  { fields }: Pick<HttpAnswer, 'fields'>,
  hasErrors: boolean,
): Freshness {
  const cacheControl = fields.get('cache-control')
  if (isForCaller || cacheControl === undefined || hasErrors) return NOT_KEPT
  // A cookie is for one client, whatever the other headers say.
  if (fields.has('set-cookie')) return NOT_KEPT
  // What is no age is ignored, and of several the first counts (RFC 9111, section 5.1).
  const age = Number(/^(\d{1,9})(?:,|$)/.exec(fields.get('age') ?? '')?.[1] ?? 0)
  const vary = fields.get('vary') ?? ''
  if (/\b(no-store|no-cache|private)\b/i.test(cacheControl)) return NOT_KEPT
  // Of both, a shared cache obeys the first (RFC 9111, section 5.2.2.10).
  const lifetime = /\bs-maxage=(\d{1,9})\b/i.exec(cacheControl) ?? /(?<![\w-])max-age=(\d{1,9})\b/i.exec(cacheControl)
  const maxAge = Number(lifetime?.[1] ?? 0)
  if (maxAge <= age || !/^(\s*(accept-encoding|accept-language)\s*(,|$))*$/i.test(vary)) return NOT_KEPT
  return { maxAge, scope: 'public', age, variesByLanguage: /accept-language/i.test(vary) }
}
