/** Writes an HTTP/1.1 request. */
import type { Socket } from 'node:net'
import { createHeaderWriter } from '../../../platform/http/message/header-lines.ts'
import { joined, MOST_POOLED } from '../../../platform/http/message/joined.ts'
import { LARGEST_LOAN, lend } from '../../../platform/memory/loans.ts'
import { CallFailure } from '../call/failure.ts'

const headerLines = createHeaderWriter()

/**
 * @param headers names and values, alternating
 * @throws CallFailure if a header value could inject another header
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

/**
 * Sends head and body in one system call. Copies bytes that may be lent: a service may answer
 * before it has read the request, and the body's memory is freed with the answer.
 */
export function writeRequest(socket: Socket, head: string, body: Buffer): void {
  if (body.length > LARGEST_LOAN) {
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    socket.uncork()
    return
  }
  const length = head.length + body.length
  if (length < MOST_POOLED) return void socket.write(joined(head, body))
  const loan = lend(length)
  socket.write(joined(head, body, loan.bytes), (error) => {
    if (!error) loan.free()
  })
}
