/**
 * Answers what Node's HTTP server could not read, or read too long: JSON and a status, as every
 * other refusal has them.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { bodyOfError, HttpError, JSON_HEADERS } from './http-error.ts'
import { STATUS_CODES } from './node-http.ts'

const LINGER = 500 // milliseconds in which what a client still sends is thrown away, so that it can read its answer

const BY_CODE: ReadonlyMap<unknown, readonly [status: number, message: string]> = new Map([
  ['HPE_HEADER_OVERFLOW', [431, 'The head of the request is too large.']],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', [413, 'The extensions of a chunk are too large.']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'The request took too long to arrive.']],
])

/** @param error as Node's server gives it with `clientError` */
export function refusalOf(error: Error): HttpError {
  const [status, message] = BY_CODE.get((error as NodeJS.ErrnoException).code) ?? [400, 'This is no HTTP request.']
  return new HttpError(status, 'BAD_USER_INPUT', message)
}

/**
 * What no head of a request may be (RFC 9112, sections 2.5 and 3.2), and Node's reader takes or
 * refuses without a word.
 */
export function refusalOfHead({ httpVersion, rawHeaders }: IncomingMessage): HttpError | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return OTHER_VERSION
  const hosts = hostLinesOf(rawHeaders)
  if (hosts > 1) return TWO_HOSTS
  return httpVersion === '1.1' && hosts === 0 ? NO_HOST : undefined
}

/** Of several, Node shows the first, and another server might go by the last. */
function hostLinesOf(rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}

const OTHER_VERSION = new HttpError(505, 'BAD_USER_INPUT', 'Only HTTP/1.1 and HTTP/1.0 are spoken here.')
const NO_HOST = new HttpError(400, 'BAD_USER_INPUT', 'A request of HTTP/1.1 must have a "host" header.')
const TWO_HOSTS = new HttpError(400, 'BAD_USER_INPUT', 'A request must not have two "host" headers.')

/** Writes the whole answer to a socket that carries no other any more, and closes it. */
export function refuse(socket: Duplex, error: HttpError): void {
  const { status, headers } = error
  const body = JSON.stringify(bodyOfError(error))
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
