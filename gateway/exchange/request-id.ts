/**
 * The id of a request: the caller's if it is well formed, otherwise a new one. Only a name, never
 * trusted.
 */
import { randomUUID } from 'node:crypto'
import type { HttpRequest } from '../../platform/http/message/message.ts'
import { REQUEST_ID_HEADER } from '../../platform/protocol/signature.ts'

/**
 * A UUID per process with a counter as its last part: a random one per request costs as much as a
 * policy.
 */
const PREFIX = randomUUID().slice(0, 24)
let count = 0

function nextId(): string {
  count += 1
  return PREFIX + count.toString(16).padStart(12, '0')
}

const SANE = /^[\w.:-]{1,128}$/

export function requestIdOf({ headers }: Pick<HttpRequest, 'headers'>): string {
  const given = headers[REQUEST_ID_HEADER]
  return typeof given === 'string' && SANE.test(given) ? given : nextId()
}
