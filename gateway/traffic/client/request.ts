/** Writes an HTTP/1.1 request as it goes over the wire. Knows no connection. */
import { createHeaderWriter } from '../../../platform/http/message/header-lines.ts'
import { CallFailure } from '../call/failure.ts'

const headerLines = createHeaderWriter()

/**
 * @param headers names and values in turn
 * @throws CallFailure where a header could be mistaken for more than one
 */
export function requestHead(
  method: 'GET' | 'POST',
  path: string,
  host: string,
  headers: readonly string[],
  body: string,
): string {
  const text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${linesOf(headers)}`
  return body === '' && method === 'GET' ? `${text}\r\n` : `${text}content-length: ${Buffer.byteLength(body)}\r\n\r\n`
}

function linesOf(headers: readonly string[]): string {
  try {
    return headerLines(headers)
  } catch (cause) {
    throw new CallFailure('cancelled', (cause as Error).message, { cause })
  }
}

/** Head and body as one piece; text is to be written as `latin1`. */
export const onWire = (head: string, body: string): string | Buffer =>
  // Text of nothing but ASCII is the same in both encodings, and the cheaper one is enough.
  Buffer.byteLength(body) === body.length
    ? head + body
    : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)])
