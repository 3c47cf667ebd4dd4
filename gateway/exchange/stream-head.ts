/** The headers of an answer that is sent in pieces: events of a stream, or parts. */
import { REQUEST_ID_HEADER } from '../../platform/protocol/signature.ts'
import type { Exchange } from './exchange.ts'

const ALWAYS = [
  'cache-control',
  'no-store',
  'x-content-type-options',
  'nosniff',
  'x-accel-buffering', // proxies must not buffer pieces
  'no',
]

/** @returns names and values in turn */
export function streamHead({ requestId, headers, cookies }: Exchange, contentType: string): readonly string[] {
  const all = [REQUEST_ID_HEADER, requestId, 'content-type', contentType, ...ALWAYS]
  for (const [name, value] of headers) if (name !== 'cache-control') all.push(name, value)
  for (const cookie of cookies) all.push('set-cookie', cookie)
  return all
}
