/**
 * Prevents CSRF: refuses requests that a page of another site can make a browser send without a
 * preflight ("simple requests" of the Fetch standard).
 */
import { HttpError } from '../../../platform/http/message/http-error.ts'
import { readContentType } from '../../../platform/http/message/media-types.ts'
import type { Cors } from '../../config/sections/cors.ts'
import type { Exchange, Policy } from '../../exchange/exchange.ts'

const SIMPLE_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
const PREFLIGHT_HEADERS = [
  'x-apollo-operation-name',
  'apollo-require-preflight',
  'graphql-require-preflight',
  'x-request-id',
  'authorization',
]

type Headers = Exchange['request']['headers']

export function refuseCrossSite({ origins }: Pick<Cors, 'origins'>): Policy {
  const allowed = new Set(origins)
  return ({ request: { headers } }) => {
    if (headers['content-type'] === 'application/json' || isPreflighted(headers)) return
    // Browsers state the origin of a request; other clients hold no credentials that a page could
    // abuse.
    const { origin, 'sec-fetch-site': site } = headers
    if (site === undefined ? origin === undefined : site === 'same-origin' || site === 'none') return
    // After a preflight its pages may send this anyway.
    if (origin !== undefined && allowed.has(origin)) return
    throw new HttpError(
      403,
      'FORBIDDEN',
      `A browser may send this from another site only with a "content-type: application/json" or one of the headers ${PREFLIGHT_HEADERS.join(', ')}.`,
    )
  }
}

/** Whether a browser asks before it sends such a request to another site. */
function isPreflighted(headers: Headers): boolean {
  const { type } = readContentType(headers['content-type'])
  if (type !== '' && !SIMPLE_TYPES.has(type)) return true
  return PREFLIGHT_HEADERS.some((name) => headers[name] !== undefined)
}

/**
 * Whether no page of another origin can have made the request, so that a cookie may say who calls.
 * Stricter than `refuseCrossSite`: it counts on no preflight where the browser states the origin.
 */
export function isOfThisSite(headers: Headers): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === host
  // Older browsers state no origin of a GET, and none for a plain HTTP address.
  return isPreflighted(headers)
}
