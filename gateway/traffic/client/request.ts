/** Writes an HTTP/1.1 request as it goes over the wire. */
import type { Socket } from 'node:net'
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
  body: Buffer,
): string {
  const text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${linesOf(headers)}`
  return body.length === 0 && method === 'GET' ? `${text}\r\n` : `${text}content-length: ${body.length}\r\n\r\n`
}

function linesOf(headers: readonly string[]): string {
  try {
    return headerLines(headers)
  } catch (cause) {
    throw new CallFailure('cancelled', (cause as Error).message, { cause })
  }
}

/** Bytes of a body from which on gathering it with its head costs less than copying it to it. */
const LARGE = 16 * 1024

/** Sends head and body in one write of the system. */
export function writeRequest(socket: Socket, head: string, body: Buffer): void {
  if (body.length >= LARGE) {
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    socket.uncork()
    return
  }
  const request = Buffer.allocUnsafe(head.length + body.length)
  request.write(head, 'latin1')
  body.copy(request, head.length)
  socket.write(request)
}
