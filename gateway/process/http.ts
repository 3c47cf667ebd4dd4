/** The HTTP pieces every process shares: bounded bodies and JSON answers. Knows no GraphQL. */
import { constants } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { DECODED, decoderOf } from './content-coding.ts'
import { createGrowingBuffer } from './growing-buffer.ts'

/** A request that cannot be served, with the status it deserves. The message is safe to show to anyone. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string
  /** Of the answer: what the client could do instead. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = 'HttpError'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** @param limit bytes */
export const tooLarge = (limit: number): HttpError =>
  new HttpError(413, 'BAD_USER_INPUT', `The body is larger than ${limit} bytes.`)

const NOT_DECODED = 'The content encoding is not supported.'
/** What a client should use instead (RFC 9110, section 15.5.16). */
const INSTEAD = { 'accept-encoding': DECODED }

/**
 * Reads a whole body.
 * @param limit bytes, on the wire and again after decompression
 * @throws HttpError 413 when larger, 415 for an unknown encoding, 400 when it ends early or does not inflate
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > limit) throw tooLarge(limit)
  await undefined
  // A small body has come with its head, and was taken in as soon as whoever looked at the head was done.
  const isHere = length > 0 && request.readableLength === length
  const body = isHere ? (request.read() as Buffer) : await collect(request, limit)
  const decode = decoderOf(request.headers['content-encoding'])
  if (decode === 'nothing') return body
  if (!decode) throw new HttpError(415, 'BAD_USER_INPUT', NOT_DECODED, INSTEAD)
  try {
    return await decode(body, { maxOutputLength: Math.min(limit, constants.MAX_LENGTH) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
    throw new HttpError(400, 'BAD_USER_INPUT', 'The body does not match its content encoding.')
  }
}

/** By events: the async iterator of a request costs a quarter of what a small request costs altogether. */
function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = createGrowingBuffer()
    const keep = (chunk: Buffer): void => {
      if (body.bytes() + chunk.length <= limit) body.add(chunk)
      else {
        // What still comes is thrown away, so that the sender can read the refusal.
        request.off('data', keep).resume()
        reject(tooLarge(limit))
      }
    }
    const cut = (): void => {
      if (request.readableEnded) return
      reject(new HttpError(400, 'BAD_USER_INPUT', 'The body ended before it was complete.'))
    }
    request.on('data', keep)
    request.once('end', () => resolve(body.content()))
    request.once('error', cut)
    request.once('close', cut)
    // Of a sender who left before anybody listened no event comes any more.
    if (request.destroyed) cut()
  })
}

/** The value of a JSON body, with or without a byte order mark (RFC 8259, section 8.1). @throws HttpError 400 */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.startsWith(BYTE_ORDER_MARK) ? body.slice(1) : body)
  } catch {
    throw new HttpError(400, 'BAD_USER_INPUT', 'The body is not JSON.')
  }
}

const BYTE_ORDER_MARK = '\ufeff'

/** Answers with JSON and an exact length. @param headers beside those */
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

/** Of every JSON body: no browser may take it for something else. */
export const JSON_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'x-content-type-options': 'nosniff',
} as const

/** Answers as every GraphQL client can read it. */
export const sendHttpError = (response: ServerResponse, { status, code, message, headers }: HttpError): void =>
  sendJson(response, status, { errors: [{ message, extensions: { code } }] }, headers)
