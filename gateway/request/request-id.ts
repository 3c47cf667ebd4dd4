/** The id of a request: the caller's own where it is sane, or else a new one. Never trusted for anything but naming. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { REQUEST_ID_HEADER } from '../protocol/signature.ts'

const SANE = /^[\w.:-]{1,128}$/

export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers[REQUEST_ID_HEADER]
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID()
}
