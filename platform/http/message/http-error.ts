/** HTTP errors and JSON answers that every process shares. Knows no GraphQL. */
import type { ServerResponse } from 'node:http'

/** A refused request and its status. The message is safe to show to clients. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string
  /** Headers of the answer, which say what the client may do instead. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = 'HttpError'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/**
 * The value of a JSON body, with or without a byte order mark (RFC 8259, section 8.1). @throws
 * HttpError 400
 */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.startsWith(BYTE_ORDER_MARK) ? body.slice(1) : body)
  } catch {
    throw new HttpError(400, 'BAD_USER_INPUT', 'The body is not JSON.')
  }
}

const BYTE_ORDER_MARK = '\ufeff'

/** Sends JSON with its length. @param headers additional ones */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, { ...JSON_HEADERS, ...headers, 'content-length': body.length })
  response.end(body)
}

/** For every JSON body: browsers must not sniff another type. */
export const JSON_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'x-content-type-options': 'nosniff',
} as const

/** The refusal in the format of GraphQL errors. */
export const bodyOfError = ({ code, message }: HttpError) => ({ errors: [{ message, extensions: { code } }] })

export const sendHttpError = (response: ServerResponse, error: HttpError): void =>
  sendJson(response, error.status, bodyOfError(error), error.headers)
