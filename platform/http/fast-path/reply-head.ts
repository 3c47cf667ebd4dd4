/**
 * Writes the head of an HTTP/1.1 answer (RFC 9112), with the headers that Node's server would add.
 */
import { createHeaderWriter } from '../message/header-lines.ts'
import { STATUS_CODES } from '../message/node-http.ts'
import { KEEP_ALIVE } from '../server/node-server.ts'

/** Where the answer ends: after its bytes, or with the connection. */
type Framing = { readonly length: number; readonly closes: boolean } | 'until the end'

const KEEP = `connection: keep-alive\r\nkeep-alive: timeout=${KEEP_ALIVE / 1000}\r\n\r\n`
const CLOSE = 'connection: close\r\n\r\n'
const headerLines = createHeaderWriter()

/**
 * In latin1.
 * @param headers names and values in turn
 * @throws Error for an invalid value
 */
export function writeHead(status: number, headers: readonly string[], framing: Framing): string {
  const text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${headerLines(headers)}`
  if (framing === 'until the end') return text + dateLine() + CLOSE
  return `${text}content-length: ${framing.length}\r\n${dateLine()}${framing.closes ? CLOSE : KEEP}`
}

let second = 0
let line = ''

/** Formatted once a second. */
function dateLine(): string {
  const now = Math.floor(Date.now() / 1000)
  if (now !== second) {
    second = now
    line = `date: ${new Date(now * 1000).toUTCString()}\r\n`
  }
  return line
}
