/**
 * Answers requests that Node's HTTP server could not parse or receive in time, with JSON and a
 * status like every refusal.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { bodyOfError, HttpError, JSON_HEADERS } from './http-error.ts'
import { STATUS_CODES } from './node-http.ts'

const LINGER = 500 // milliseconds in which further input is discarded, so that the client can read its answer

const BY_CODE: ReadonlyMap<unknown, readonly [status: number, message: string]> = new Map([
  ['HPE_HEADER_OVERFLOW', [431, 'The head of the request is too large.']],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', [413, 'The extensions of a chunk are too large.']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'The request took too long to arrive.']],
])

/** @param error the error of Node's `clientError` event */
export function refusalOf(error: Error): HttpError {
  const [status, message] = BY_CODE.get((error as NodeJS.ErrnoException).code) ?? [400, 'This is not an HTTP request.']
  return new HttpError(status, 'BAD_USER_INPUT', message)
}

/**
 * Refuses heads that RFC 9112 (sections 2.5, 3.2 and 6.1) forbids, or that name two callers, and
 * that Node accepts or refuses without a body.
 */
export function refusalOfHead({ httpVersion, headers, rawHeaders }: IncomingMessage): HttpError | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return OTHER_VERSION
  for (const name of ONCE) if (linesOf(rawHeaders, name) > 1) return repeated(name)
  // Node takes off the chunks only, and what is in them would be read as it is. It refuses a body
  // that does not come in chunks.
  if (/,\s*chunked$/i.test(headers['transfer-encoding'] ?? '')) return OTHER_CODING
  return httpVersion === '1.1' && headers.host === undefined ? NO_HOST : undefined
}

/** Of several, Node shows the first; another server might use the last. */
const ONCE: readonly string[] = ['host', 'authorization']

function linesOf(rawHeaders: readonly string[], name: string): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const line = rawHeaders[index]
    if (line?.length === name.length && line.toLowerCase() === name) count += 1
  }
  return count
}

const OTHER_VERSION = new HttpError(505, 'BAD_USER_INPUT', 'Only HTTP/1.1 and HTTP/1.0 are supported.')
const OTHER_CODING = new HttpError(501, 'BAD_USER_INPUT', 'The only transfer coding that is supported is "chunked".')
const NO_HOST = new HttpError(400, 'BAD_USER_INPUT', 'An HTTP/1.1 request must have a "host" header.')
const repeated = (name: string): HttpError =>
  new HttpError(400, 'BAD_USER_INPUT', `A request must not have two "${name}" headers.`)

/** Writes a whole answer to a socket that carries no other answer, and closes it. */
export function refuse(socket: Duplex, error: HttpError): void {
  const { status, headers } = error
  const body = JSON.stringify(bodyOfError(error))
  // Node stops listening to a connection that asks for another protocol. Without a listener a
  // client that resets it would end the process.
  socket.on('error', () => undefined)
  const all = {
    ...JSON_HEADERS,
    ...headers,
    'content-length': Buffer.byteLength(body),
    date: new Date().toUTCString(),
    connection: 'close',
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  const cut = setTimeout(() => socket.destroy(), LINGER)
  socket.once('close', () => clearTimeout(cut))
  socket.resume()
}
