/**
 * Makes whole HTTP answers of outcomes and refusals, always as JSON, with the status of GraphQL
 * over HTTP and with cache headers.
 */
import { hash } from 'node:crypto'
import { isKnownTag } from '../../platform/http/message/etag.ts'
import { HttpError } from '../../platform/http/message/http-error.ts'
import type { HttpReply } from '../../platform/http/message/message.ts'
import type { Loan } from '../../platform/memory/loans.ts'
import { type ErrorCode, isErrorCode, statusOf } from '../../platform/protocol/errors.ts'
import { REQUEST_ID_HEADER } from '../../platform/protocol/signature.ts'
import type { Exchange, MediaType } from '../exchange/exchange.ts'
import { bytesOf, type Outcome } from '../exchange/outcome.ts'
import { type Body, bodyOf } from './body.ts'
import type { Execution } from './execute.ts'

/** Faults of the document, answered with 200 to clients of plain `application/json`. */
const DOCUMENT_FAULTS: ReadonlySet<ErrorCode> = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'])

/** Maximum operations of a refused batch that each get the error. */
const MOST_TOLD = 100

/** A whole answer to a client, as `HttpReply` sends it. */
export interface Message {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Body
  readonly loan?: Loan | undefined
}

export const send = (reply: HttpReply, { status, headers, body, loan }: Message): void =>
  reply.send(status, headers, body, loan)

/** For an operation that ran, or whose variables or plan were refused. */
export function executionMessage(exchange: Exchange, execution: Execution): Message {
  const { outcome, keepable, loan } = execution
  const executed = 'body' in outcome
  const body = execution.body ?? bodyOf(bytesOf(outcome))
  if (executed && !outcome.errors && keepable && !isForOneClient(exchange)) {
    exchange.headers.set('cache-control', `public, max-age=${keepable.maxAge}`)
    exchange.headers.set('age', String(keepable.age))
    const vary = ['accept', ...(keepable.variesByLanguage ? ['accept-language'] : []), exchange.headers.get('vary')]
    exchange.headers.set('vary', vary.filter((name) => name !== undefined).join(', '))
    if (exchange.request.method !== 'POST' && isKnownToClient(exchange, body)) return messageOf(exchange, 304, '')
  }
  const { code, retryAfter } = outcome.errors?.[0]?.extensions ?? {}
  if (!executed && typeof retryAfter === 'number') exchange.headers.set('retry-after', String(Math.ceil(retryAfter)))
  // Wrong variables are found by the execution, and count as a fault of the document.
  const legacy = exchange.legacyStatus && (isDocumentFault(code) || code === 'BAD_USER_INPUT')
  return messageOf(exchange, executed || legacy ? 200 : statusOf(code), body, loan)
}

/** Whether a hook gave it a cookie, or has said itself who may keep it. */
const isForOneClient = ({ headers, cookies }: Exchange): boolean => cookies.length > 0 || headers.has('cache-control')

/** Sets the `ETag`, and returns whether the client has this answer. */
function isKnownToClient({ request, headers }: Exchange, body: Body): boolean {
  const etag = `"${hash('sha256', body, 'base64url')}"`
  headers.set('etag', etag)
  return isKnownTag(request.headers['if-none-match'], etag)
}

/** @param error the thrown value that `refusal` was made of */
export function refusalMessage(exchange: Exchange, error: unknown, refusal: Outcome): Message {
  // Headers of the answer that it replaces may allow caching.
  for (const name of ['cache-control', 'age', 'etag']) exchange.headers.delete(name)
  const { code, retryAfter } = refusal.errors?.[0]?.extensions ?? {}
  const legacy = exchange.legacyStatus && isDocumentFault(code)
  const status = error instanceof HttpError ? error.status : legacy ? 200 : statusOf(code)
  if (error instanceof HttpError)
    for (const [name, value] of Object.entries(error.headers)) exchange.headers.set(name, value)
  if (typeof retryAfter === 'number') exchange.headers.set('retry-after', String(Math.ceil(retryAfter)))
  return messageOf(exchange, status, refusalBody(exchange, refusal))
}

/** A client that sends a batch reads an answer for each of its operations, and nothing else. */
function refusalBody({ batch = [] }: Exchange, refusal: Outcome): Body {
  const one = bytesOf(refusal)
  if (batch.length === 0 || batch.length > MOST_TOLD) return bodyOf(one)
  return bodyOf(Buffer.from(`[${Array(batch.length).fill(one.toString()).join()}]`))
}

/** For a batch: each of its operations has its status in its own errors. */
export const batchMessage = (exchange: Exchange, body: Body): Message => messageOf(exchange, 200, body)

const isDocumentFault = (code: unknown): boolean => isErrorCode(code) && DOCUMENT_FAULTS.has(code)

/** Made once: a text made for each answer would cost as much as a policy. */
const CONTENT_TYPES: Readonly<Record<MediaType, string>> = {
  'application/json': 'application/json; charset=utf-8',
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
}

function messageOf(
  { requestId, headers, cookies, mediaType }: Exchange,
  status: number,
  body: Body,
  loan?: Loan,
): Message {
  const all = [REQUEST_ID_HEADER, requestId, 'x-content-type-options', 'nosniff']
  if (status !== 304) all.push('content-type', CONTENT_TYPES[mediaType])
  if (!headers.has('cache-control')) all.push('cache-control', 'no-store')
  for (const [name, value] of headers) all.push(name, value)
  for (const cookie of cookies) all.push('set-cookie', cookie)
  return { status, headers: all, body, loan }
}
