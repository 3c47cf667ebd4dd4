/** Writes outcomes and refusals as JSON, always, with the status that GraphQL over HTTP gives them. */
import type { ServerResponse } from 'node:http'
import { GraphQLError } from 'graphql'
import { AnswerText } from '../execution/answer-data.ts'
import { HttpError } from '../process/http.ts'
import type { Logger } from '../process/log.ts'
import { type ErrorCode, errorStatus, isErrorCode } from '../protocol/errors.ts'
import { REQUEST_ID_HEADER } from '../protocol/signature.ts'
import type { Exchange } from './exchange.ts'
import type { Outcome } from './host.ts'
import { maskError } from './mask.ts'

/** Faults of the document itself, which a client of plain `application/json` is told with status 200. */
const DOCUMENT_FAULTS: ReadonlySet<ErrorCode> = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'])

/** For what was executed, or at least handed to Apollo Server. */
export function sendOutcome(exchange: Exchange, response: ServerResponse, outcome: Outcome): void {
  const executed = 'data' in outcome
  // Without data the fault lies in the document or its variables: those are the only ones met this late.
  const status = executed || exchange.legacyStatus ? 200 : statusOf(outcome.errors?.[0]?.extensions?.['code'])
  write(exchange, response, status, outcome)
}

/** For what a policy refused, and for anything unforeseen, which is masked. */
export function sendRefusal(exchange: Exchange, response: ServerResponse, error: unknown, log: Logger): void {
  const refusal = error instanceof HttpError ? { message: error.message, extensions: { code: error.code } } : undefined
  const known = refusal ?? (error instanceof GraphQLError ? error.toJSON() : { message: 'unforeseen' })
  const masked = maskError(known, exchange.requestId, log, error)
  const code = masked.extensions?.['code']
  const legacy = exchange.legacyStatus && isErrorCode(code) && DOCUMENT_FAULTS.has(code)
  const status = error instanceof HttpError ? error.status : legacy ? 200 : statusOf(code)
  write(exchange, response, status, { errors: [masked] })
}

const statusOf = (code: unknown): number => (isErrorCode(code) ? errorStatus[code] : errorStatus.INTERNAL)

function write(
  { requestId, headers, mediaType }: Exchange,
  response: ServerResponse,
  status: number,
  outcome: Outcome,
) {
  if (response.destroyed || response.headersSent) return
  const { errors, data } = outcome
  const body = Buffer.from(
    data instanceof AnswerText
      ? `{${errors ? `"errors":${JSON.stringify(errors)},` : ''}"data":${data.text}}`
      : JSON.stringify({ ...(errors && { errors }), ...('data' in outcome && { data }) }),
  )
  response.writeHead(status, {
    'content-type': `${mediaType}; charset=utf-8`,
    'content-length': body.length,
    'cache-control': 'no-store',
    [REQUEST_ID_HEADER]: requestId,
    ...Object.fromEntries(headers),
  })
  response.end(body)
}
