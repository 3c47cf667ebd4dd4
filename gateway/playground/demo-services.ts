/**
 * `/demo/services`: shows which services run (GET), and stops and starts them (POST), by the
 * supervisor of `npm start`. Serves this origin's pages on this machine only.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../../platform/http/message/body.ts'
import { HttpError, sendHttpError, sendJson } from '../../platform/http/message/http-error.ts'
import { isLoopback } from '../../platform/http/message/loopback.ts'
import type { ControlAddress } from '../../platform/process/control.ts'
import { requireJson, requireSameOrigin } from './same-origin.ts'

const MAX_BODY = 1024 // bytes
const TIMEOUT = 2_000 // milliseconds
const V4_IN_V6 = /^::ffff:/

/** @param host the gateway's `HOST` */
export async function sendDemoServices(
  supervisor: ControlAddress,
  host: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('cache-control', 'no-store')
  try {
    requireSameOrigin(request, host)
    requireThisMachine(request)
    if (!['GET', 'HEAD', 'POST'].includes(request.method ?? ''))
      throw new HttpError(405, 'BAD_USER_INPUT', 'Services are stopped and started with POST.', {
        allow: 'GET, HEAD, POST',
      })
    if (request.method === 'POST') requireJson(request)
    const body = request.method === 'POST' ? await readBody(request, MAX_BODY) : undefined
    const { status, answer } = await ask(supervisor, body)
    sendJson(response, status, answer)
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    sendHttpError(response, error)
  }
}

function requireThisMachine({ socket }: IncomingMessage): void {
  if (!isLoopback((socket.remoteAddress ?? '').replace(V4_IN_V6, '')))
    throw new HttpError(403, 'FORBIDDEN', 'Services are stopped and started on the machine that they run on.')
}

async function ask({ url, token }: ControlAddress, body: Buffer | undefined) {
  try {
    const response = await fetch(url, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT),
      ...(body && { body: new Uint8Array(body) }),
    })
    return { status: response.status, answer: (await response.json()) as unknown }
  } catch {
    throw new HttpError(503, 'SERVICE_UNAVAILABLE', 'The supervisor of these services does not answer.')
  }
}
