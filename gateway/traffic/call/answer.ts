/**
 * Reads a body as a GraphQL answer; anything else is a failure. Removes from its errors what
 * clients may not read.
 */
import type { GraphQLFormattedError } from 'graphql'
import { isRawNumber, numberOf, parseExact, type RawNumber } from '../../../platform/data/json-exact.ts'
import { isRecord, type JsonRecord } from '../../../platform/data/record.ts'
import type { Loan } from '../../../platform/memory/loans.ts'
import { excerpt } from '../../../platform/process/excerpt.ts'
import { type ErrorCode, isErrorCode } from '../../../platform/protocol/errors.ts'
import { remember } from '../../errors/reported.ts'
import { CallFailure } from './failure.ts'
import type { ParsedAnswer, ServiceAnswer } from './send.ts'

/**
 * Codes that a service may send to a client. The others are about the gateway's own work: from a
 * service they would be false or reveal too much.
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
const BYTE_ORDER_MARK = /^\ufeff/ // RFC 8259, section 8.1: whoever reads JSON may ignore it
const MAX_PATH = 1_000 // steps; no selection reaches deeper

export interface ReadAnswer {
  readonly answer: ServiceAnswer
  readonly hasErrors: boolean
}

/**
 * An answer that is known to be GraphQL.
 * @param first the answer if it is already parsed
 * @param loan of the body's memory, if it is for one call only
 */
export function openAnswer(body: Buffer, first?: ParsedAnswer, loan?: Loan): ServiceAnswer {
  let ready = first
  return {
    body,
    loan,
    parsed() {
      const parsed = ready ?? answerOf(parseJson(OK, body), OK)
      ready = undefined
      return parsed
    },
  }
}

const OK = 200

const ownErrors = new WeakMap<Buffer, readonly GraphQLFormattedError[]>()

/** An answer made by the gateway. Its errors are not read from its text. */
export function ownAnswer({ data = null, errors }: ParsedAnswer): ServiceAnswer {
  const body = Buffer.from(JSON.stringify({ data, errors }))
  if (errors) ownErrors.set(body, errors)
  return { body, parsed: () => ({ data: structuredClone(data), ...(errors && { errors }) }) }
}

/** Reads a body that may be anything. @throws CallFailure of kind `answer` */
export function readBody(body: Buffer, status: number): ReadAnswer {
  const parsed = answerOf(parseJson(status, body), status)
  return { answer: openAnswer(body, parsed), hasErrors: parsed.errors !== undefined }
}

function answerOf(value: unknown, status: number): ParsedAnswer {
  if (!isRecord(value) || !('data' in value || Array.isArray(value['errors']))) {
    throw new CallFailure('answer', `status ${status} without a GraphQL answer`)
  }
  const { data, errors } = value
  if (data !== undefined && data !== null && (!isRecord(data) || isRawNumber(data))) {
    throw new CallFailure('answer', 'the "data" of the answer is no object')
  }
  if (errors === undefined || errors === null) return { data: data ?? null }
  if (!Array.isArray(errors)) throw new CallFailure('answer', 'the "errors" of the answer are no list')
  return errors.length === 0 ? { data: data ?? null } : { data: data ?? null, errors: readErrors(errors) }
}

/** The errors of an answer as clients may see them. @param text JSON of the list of errors */
export const errorsIn = (text: string, body: Buffer): readonly GraphQLFormattedError[] =>
  ownErrors.get(body) ?? readErrors(parseExact(text) as readonly unknown[])

/**
 * A service may send any number of errors: those beyond the bound become one error, and the log
 * gives their number.
 */
function readErrors(errors: readonly unknown[]): GraphQLFormattedError[] {
  const read = errors.slice(0, MAX_ERRORS).map(readError)
  const more = errors.length - read.length
  if (more > 0) read.push({ message: `${more} more errors in one answer`, extensions: { code: 'INTERNAL' } })
  return read
}

/** The JSON text of a body. */
export const textOf = (body: Buffer): string => body.toString().replace(BYTE_ORDER_MARK, '')

function parseJson(status: number, body: Buffer): unknown {
  try {
    return parseExact(textOf(body))
  } catch (cause) {
    throw new CallFailure('answer', `status ${status} with a body that is no JSON`, { cause })
  }
}

/** Keeps a message only if its code says that it is meant for the client. */
function readError(error: unknown): GraphQLFormattedError {
  const { message, path, extensions } = isRecord(error) ? error : {}
  const place = isPath(path) ? { path: path.map(plainStep) } : {}
  const code = isRecord(extensions) ? extensions['code'] : undefined
  const shown =
    isErrorCode(code) && PASSED_ON.has(code) && typeof message === 'string'
      ? { ...place, message, extensions: { code, ...hints(extensions as JsonRecord) } }
      : { ...place, message: 'Internal error.', extensions: { code: 'INTERNAL' } }
  return typeof message === 'string'
    ? remember(shown, { message: excerpt(message), extensions: isRecord(extensions) ? extensions : {} })
    : shown
}

function hints({ retryAfter }: JsonRecord): JsonRecord {
  const seconds = numberOf(retryAfter)
  // `1e400` parses to infinity, which JSON cannot write.
  return Number.isFinite(seconds) ? { retryAfter: seconds } : {}
}

type Step = string | number | RawNumber

const isPath = (value: unknown): value is readonly Step[] =>
  Array.isArray(value) &&
  value.length <= MAX_PATH &&
  value.every((step) => typeof step === 'string' || numberOf(step) !== undefined)

const plainStep = (step: Step): string | number => (isRawNumber(step) ? Number(step.rawJSON) : step)
