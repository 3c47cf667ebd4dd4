/** The id of a request: the caller's own where it is sane, or else a new one. Never trusted for anything but naming. */
import { randomUUID } from 'node:crypto'
import type { HttpRequest } from '../http/message.ts'
import { REQUEST_ID_HEADER } from '../protocol/signature.ts'

const SANE = /^[\w.:-]{1,128}$/

export function requestIdOf({ headers }: Pick<HttpRequest, 'headers'>): string {
  const given = headers[REQUEST_ID_HEADER]
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID()
}
