/** Writes an HTTP/1.1 request as it goes over the wire. Knows no connection. */
import { CallFailure } from '../failure.ts'

const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/ // RFC 9110, section 5.5

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
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1] ?? ''
    if (FORBIDDEN.test(value)) throw new CallFailure('cancelled', `the header "${headers[index]}" cannot be sent`)
    text += `${headers[index]}: ${value}\r\n`
  }
  return body === '' && method === 'GET' ? `${text}\r\n` : `${text}content-length: ${Buffer.byteLength(body)}\r\n\r\n`
}

/** Head and body as one piece; text is to be written as `latin1`. */
export const onWire = (head: string, body: string): string | Buffer =>
  // Text of nothing but ASCII is the same in both encodings, and the cheaper one is enough.
  Buffer.byteLength(body) === body.length
    ? head + body
    : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)])
