/**
 * `POST /demo/token`: signs a visitor in as a demo caller. Serves this origin's pages only, and in
 * demo mode only.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { z } from 'zod'
import { readBody } from '../../platform/http/message/body.ts'
import { HttpError, parseJson, sendHttpError, sendJson } from '../../platform/http/message/http-error.ts'
import { readContentType } from '../../platform/http/message/media-types.ts'
import type { DemoToken } from './page/settings.ts'

/** The demo callers and their tokens. */
export interface DemoCallers {
  readonly names: readonly string[]
  /** A token for one of `names`. @param lifetime seconds */
  sign(name: string, lifetime: number): Promise<string>
  /** The gateway's `HOST`, accepted besides `localhost` and IP addresses. */
  readonly host: string
}

const LIFETIME = 60 * 60 // seconds; the page renews it while it is open
const MAX_BODY = 1024 // bytes

export async function sendDemoToken(
  demo: DemoCallers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('cache-control', 'no-store')
  try {
    requireSameOrigin(request, demo.host)
    if (request.method !== 'POST')
      throw new HttpError(405, 'BAD_USER_INPUT', 'Demo tokens are requested with POST.', { allow: 'POST' })
    // Browsers do not send JSON to another site without a preflight.
    if (readContentType(request.headers['content-type']).type !== 'application/json')
      throw new HttpError(415, 'BAD_USER_INPUT', 'The body must be application/json.', { accept: 'application/json' })
    const body = z
      .object({ caller: z.enum(demo.names) })
      .safeParse(parseJson((await readBody(request, MAX_BODY)).toString('utf8')))
    if (!body.success)
      throw new HttpError(400, 'BAD_USER_INPUT', `The body must be {"caller": one of ${demo.names.join(', ')}}.`)
    const answer: DemoToken = {
      expiresAt: Date.now() + LIFETIME * 1000,
      token: await demo.sign(body.data.caller, LIFETIME),
    }
    sendJson(response, 200, answer)
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    sendHttpError(response, error)
  }
}

/** Refuses other sites, including names pointed at this machine (DNS rebinding). */
function requireSameOrigin(request: IncomingMessage, ownHost: string): void {
  const { host = '', origin, 'sec-fetch-site': site } = request.headers
  const name = hostName(host)
  const own = name !== undefined && (name === 'localhost' || isIP(name) !== 0 || name === ownHost)
  const sameOrigin = origin === undefined || origin === `http://${host}` || origin === `https://${host}`
  if (!own || !sameOrigin || (site !== undefined && site !== 'same-origin'))
    throw new HttpError(
      403,
      'FORBIDDEN',
      'Signing in works in this gateway’s own playground, opened at localhost, an IP address or its HOST.',
    )
}

/** The host without port and brackets; `undefined` if malformed. */
const hostName = (host: string): string | undefined =>
  URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '') : undefined
