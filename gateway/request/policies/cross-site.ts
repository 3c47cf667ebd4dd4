/**
 * Prevents CSRF: refuses requests that a page of another site can make a browser send without a
 * preflight ("simple requests" of the Fetch standard).
 */
import { HttpError } from '../../../platform/http/message/http-error.ts'
import { readContentType } from '../../../platform/http/message/media-types.ts'
import type { Policy } from '../../exchange/exchange.ts'

const SIMPLE_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
const PREFLIGHT_HEADERS = [
  'x-apollo-operation-name',
  'apollo-require-preflight',
  'graphql-require-preflight',
  'x-request-id',
  'authorization',
]

export const refuseCrossSite: Policy = ({ request: { headers } }) => {
  if (headers['content-type'] === 'application/json') return
  const { type } = readContentType(headers['content-type'])
  if (type !== '' && !SIMPLE_TYPES.has(type)) return
  if (PREFLIGHT_HEADERS.some((name) => headers[name] !== undefined)) return
  // Browsers state the origin of a request; other clients hold no credentials that a page could
  // abuse.
  const site = headers['sec-fetch-site']
  if (site === undefined ? headers.origin === undefined : site === 'same-origin' || site === 'none') return
  throw new HttpError(
    403,
    'FORBIDDEN',
    `A browser may send this from another site only with a "content-type: application/json" or one of the headers ${PREFLIGHT_HEADERS.join(', ')}.`,
  )
}
