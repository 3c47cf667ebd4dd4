/**
 * The id of a request: the caller's if it is well formed, otherwise a new one. Only a name, never
 * trusted.
 */
import { randomUUID } from 'node:crypto'
import type { HttpRequest } from '../../platform/http/message/message.ts'
import { REQUEST_ID_HEADER } from '../../platform/protocol/signature.ts'

/**
 * A UUID per process with a counter as its last part: a random one per request costs as much as a
 * policy. So does writing the whole counter: only its last byte is new in most requests.
 */
const PREFIX = randomUUID().slice(0, 24)
const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => hexOf(byte, 2))
let count = 0
let start = ''

function nextId(): string {
  const byte = count % BYTES.length
  if (byte === 0) start = PREFIX + hexOf(count / BYTES.length, 10)
  count += 1
  return start + BYTES[byte]
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

const SANE = /^[\w.:-]{1,128}$/

export function requestIdOf({ headers }: Pick<HttpRequest, 'headers'>): string {
  const given = headers[REQUEST_ID_HEADER]
  return typeof given === 'string' && SANE.test(given) ? given : nextId()
}
