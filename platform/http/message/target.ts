/** Normalizes a request's target to path and query string (RFC 9112, section 3.2). */
import type { IncomingMessage } from 'node:http'

const ABSOLUTE = /^https?:\/\//i

/**
 * Turns the `http://host/path` that some proxies send into `/path`. That host overrides the header.
 */
export function toOriginForm(request: IncomingMessage): void {
  const { url = '/' } = request
  if (url.startsWith('/') || !ABSOLUTE.test(url)) return
  const host = url.indexOf('//') + 2
  const end = url.slice(host).search(/[/?#]/)
  const rest = end < 0 ? '' : url.slice(host + end)
  request.headers.host = end < 0 ? url.slice(host) : url.slice(host, host + end)
  request.url = rest.startsWith('/') ? rest : `/${rest}`
}

/** The path without the query string. */
export const pathOf = ({ url = '/' }: Pick<IncomingMessage, 'url'>): string => url.split('?', 1)[0] ?? '/'
