/** Lets pages of the configured origins call; by default no other origin's may. Never allows credentials of the browser's own. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Policy } from './exchange.ts'

const ALLOWED_HEADERS = 'content-type, authorization, x-request-id, apollo-require-preflight, x-apollo-operation-name'

export function allowOrigins(origins: readonly string[]): Policy {
  const allowed = new Set(origins)
  return ({ request, headers }) => {
    if (allowed.size === 0) return
    headers.set('vary', 'origin')
    const { origin } = request.headers
    if (origin === undefined || !allowed.has(origin)) return
    headers.set('access-control-allow-origin', origin)
    headers.set('access-control-expose-headers', 'x-request-id')
  }
}

/** Answers a browser's question whether it may send the request itself; false where it is none. */
export function answerPreflight(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
): boolean {
  const { origin } = headers
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false
  const allowed = origin !== undefined && origins.includes(origin)
  response.writeHead(204, {
    vary: 'origin',
    ...(allowed && {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': '86400', // seconds
    }),
  })
  response.end()
  return true
}
