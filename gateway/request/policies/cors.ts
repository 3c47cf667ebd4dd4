/**
 * CORS: lets pages of the configured origins call; none by default. Never allows browser
 * credentials.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Cors } from '../../config/sections/cors.ts'
import type { Policy } from '../../exchange/exchange.ts'
import { ALLOWED } from './method.ts'

const MAX_AGE = '86400' // seconds

/** Names and values of CORS headers. */
type CorsHeaders = (origin: string | undefined) => readonly (readonly [string, string])[]

/** `undefined` if no origin is allowed. */
function createCorsHeaders({ origins, exposedHeaders }: Cors): CorsHeaders | undefined {
  if (origins.length === 0) return undefined
  const allowed = new Set(origins)
  const vary = ['vary', 'origin'] as const
  const exposed = exposedHeaders.join(', ')
  return (origin) => {
    if (origin === undefined || !allowed.has(origin)) return [vary]
    return [vary, ['access-control-allow-origin', origin], ['access-control-expose-headers', exposed]]
  }
}

/** `undefined` if no origin is allowed. */
export function allowOrigins(cors: Cors): Policy | undefined {
  const headersFor = createCorsHeaders(cors)
  if (!headersFor) return undefined
  return ({ request, headers }) => {
    for (const [name, value] of headersFor(request.headers.origin)) headers.set(name, value)
  }
}

/** The same as `allowOrigins`, for files. */
export function allowFiles(cors: Cors): (request: IncomingMessage, response: ServerResponse) => void {
  const headersFor = createCorsHeaders(cors)
  return ({ headers }, response) => {
    for (const [name, value] of headersFor?.(headers.origin) ?? []) response.setHeader(name, value)
  }
}

/** Answers a preflight request; returns false for any other. */
type AnswerPreflight = (request: IncomingMessage, response: ServerResponse, isOperation: boolean) => boolean

export function createPreflight({ origins, allowedHeaders }: Cors): AnswerPreflight {
  return ({ method, headers }, response, isOperation) => {
    const { origin } = headers
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false
    const allowed = origin !== undefined && origins.includes(origin)
    response.writeHead(204, {
      vary: 'origin',
      ...(allowed && {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': isOperation ? ALLOWED : 'GET, HEAD',
        'access-control-allow-headers': allowedHeaders.join(', '),
        'access-control-max-age': MAX_AGE,
      }),
    })
    response.end()
    return true
  }
}
