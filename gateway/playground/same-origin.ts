/** Who may use the demo's endpoints: this origin's pages. */
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { HttpError } from '../../platform/http/message/http-error.ts'
import { readContentType } from '../../platform/http/message/media-types.ts'

/**
 * Refuses other sites, including names pointed at this machine (DNS rebinding).
 * @param ownHost the gateway's `HOST`, accepted besides `localhost` and IP addresses
 */
export function requireSameOrigin(request: IncomingMessage, ownHost: string): void {
  const { host = '', origin, 'sec-fetch-site': site } = request.headers
  const name = hostName(host)
  const own = name !== undefined && (name === 'localhost' || isIP(name) !== 0 || name === ownHost)
  const sameOrigin = origin === undefined || origin === `http://${host}` || origin === `https://${host}`
  if (!own || !sameOrigin || (site !== undefined && site !== 'same-origin'))
    throw new HttpError(
      403,
      'FORBIDDEN',
      'This works in the gateway’s own playground, opened at localhost, an IP address or its HOST.',
    )
}

/** Browsers do not send JSON to another site without a preflight. */
export function requireJson(request: IncomingMessage): void {
  if (readContentType(request.headers['content-type']).type !== 'application/json')
    throw new HttpError(415, 'BAD_USER_INPUT', 'The body must be application/json.', { accept: 'application/json' })
}

/** The host without port and brackets; `undefined` if malformed. */
const hostName = (host: string): string | undefined =>
  URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '') : undefined
