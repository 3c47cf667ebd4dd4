/**
 * `POST /demo/token`: signs a visitor in as a demo caller. Serves this origin's pages only, and in
 * demo mode only.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readBody } from '../../platform/http/message/body.ts'
import { HttpError, parseJson, sendHttpError, sendJson } from '../../platform/http/message/http-error.ts'
import type { DemoToken, ProviderOfDemo } from './page/common/settings.ts'
import { requireJson, requireSameOrigin } from './same-origin.ts'

/** The demo callers and their tokens. */
export interface DemoCallers {
  readonly names: readonly string[]
  /** A token for one of `names`. @param lifetime seconds */
  sign(name: string, lifetime: number): Promise<string>
  /** The gateway's `HOST`, accepted besides `localhost` and IP addresses. */
  readonly host: string
  readonly provider?: ProviderOfDemo | undefined
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
    requireJson(request)
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
