/**
 * Reads a service's HTTP answer as GraphQL. What is no GraphQL answer is a failure; what clients
 * may not read is taken out of its errors.
 */
import type { GraphQLFormattedError } from 'graphql'
import { isRecord, type JsonRecord } from '../../platform/data/record.ts'
import { type ErrorCode, isErrorCode } from '../../platform/protocol/errors.ts'
import { CallFailure, type FailureKind } from './call/failure.ts'
import type { ServiceKind } from './call/kind.ts'
import type { Freshness, ServiceAnswer } from './call/send.ts'
import { readRetryAfter } from './caller-backoff.ts'
import type { HttpAnswer } from './client/http-answer.ts'

/**
 * Codes a service may send to a client. The others speak of the gateway's own work and would be
 * false or tell too much.
 */
const PASSED_ON: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'OPERATION_TOO_COMPLEX',
  'BUDGET_EXHAUSTED',
  'SERVICE_UNAVAILABLE',
  'SERVICE_TIMEOUT',
])

const MAX_ERRORS = 200 // of one answer
const MAX_PATH = 1_000 // steps; no selection reaches deeper

/**
 * @param read gives the value of a JSON text
 * @param judgesCaller whether the credentials that a status of 401 or 403 speaks of are the
 * caller's
 * @throws CallFailure of kind `answer`, or what the status says where it is an error
 */
export function readAnswer(
  { status, fields, text }: HttpAnswer,
  judgesCaller: boolean,
  read: (text: string) => unknown = JSON.parse,
): ServiceAnswer {
  if (status < 400) return answerOf(parseJson(status, text, read), status)
  const retryAfter = readRetryAfter(fields.get('retry-after'))
  // A service that sheds load may say so in GraphQL, too: it is asked elsewhere all the same.
  if (status === 503 && retryAfter !== undefined) throw new CallFailure('shed', 'status 503', { retryAfter })
  try {
    return answerOf(parseJson(status, text, read), status)
  } catch (cause) {
    const code = (judgesCaller && CREDENTIALS.get(status)) || 'SERVICE_UNAVAILABLE'
    throw new CallFailure(kindOf(status, retryAfter), `status ${status} without a GraphQL answer`, {
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

/** The same for JSON that is parsed already. */
export function answerOf(value: unknown, status: number): ServiceAnswer {
  if (!isRecord(value) || !('data' in value || Array.isArray(value['errors']))) {
    throw new CallFailure('answer', `status ${status} without a GraphQL answer`)
  }
  const { data, errors } = value
  if (data !== undefined && data !== null && !isRecord(data)) {
    throw new CallFailure('answer', 'the "data" of the answer is no object')
  }
  if (errors === undefined || errors === null) return { data: data ?? null }
  if (!Array.isArray(errors)) throw new CallFailure('answer', 'the "errors" of the answer are no list')
  return errors.length === 0 ? { data: data ?? null } : { data: data ?? null, errors: readErrors(errors) }
}

/**
 * How many a service sends is its own choice: what is beyond the bound is one error more, which the
 * log gives the number of.
 */
function readErrors(errors: readonly unknown[]): GraphQLFormattedError[] {
  const read = errors.slice(0, MAX_ERRORS).map(readError)
  const more = errors.length - read.length
  if (more > 0) read.push({ message: `${more} more errors in one answer`, extensions: { code: 'INTERNAL' } })
  return read
}

function parseJson(status: number, text: string, read: (text: string) => unknown): unknown {
  try {
    return read(text)
  } catch (cause) {
    throw new CallFailure('answer', `status ${status} with a body that is no JSON`, { cause })
  }
}

/** Keeps a message only where its code says that it is meant for the client. */
function readError(error: unknown): GraphQLFormattedError {
  const { message, path, extensions } = isRecord(error) ? error : {}
  const place = isPath(path) ? { path } : {}
  const code = isRecord(extensions) ? extensions['code'] : undefined
  return isErrorCode(code) && PASSED_ON.has(code) && typeof message === 'string'
    ? { ...place, message, extensions: { code, ...hints(extensions as JsonRecord) } }
    : { ...place, message: 'Internal error.', extensions: { code: 'INTERNAL' } }
}

const hints = ({ retryAfter }: JsonRecord): JsonRecord => (typeof retryAfter === 'number' ? { retryAfter } : {})

const isPath = (value: unknown): value is readonly (string | number)[] =>
  Array.isArray(value) &&
  value.length <= MAX_PATH &&
  value.every((step) => typeof step === 'string' || typeof step === 'number')

const NOT_KEPT: Freshness = { maxAge: 0, scope: 'private', age: 0, variesByLanguage: false }

/**
 * How long an answer may be kept by all: none of a stateful service, and nothing that is not
 * plainly permitted.
 */
export function readFreshness(kind: ServiceKind, { fields }: HttpAnswer, answer: ServiceAnswer): Freshness {
  const cacheControl = fields.get('cache-control')
  if (kind === 'stateful' || cacheControl === undefined || answer.errors) return NOT_KEPT
  const age = Number(fields.get('age') ?? 0) || 0
  const vary = fields.get('vary') ?? ''
  if (/\b(no-store|no-cache|private)\b/i.test(cacheControl)) return NOT_KEPT
  const maxAge = Number(/\bmax-age=(\d{1,9})\b/i.exec(cacheControl)?.[1] ?? 0)
  if (maxAge <= age || !/^(\s*(accept-encoding|accept-language)\s*(,|$))*$/i.test(vary)) return NOT_KEPT
  return { maxAge, scope: 'public', age, variesByLanguage: /accept-language/i.test(vary) }
}
