/**
 * How a service knows that a request comes from the gateway: an HMAC-SHA256 over everything the
 * service acts on. It proves origin and freshness only; a stateless service remembers nothing, so a
 * replay within the window is possible by design.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Milliseconds a signature is good for, either side of the verifier's clock. */
export const SIGNATURE_LIFETIME = 30_000

export const SIGNATURE_HEADER = 'tributary-signature'
/**
 * What the gateway decided the caller may see (`published` or `preview`), for services that are
 * never told who the caller is.
 */
export const PERSPECTIVE_HEADER = 'tributary-perspective'
export const REQUEST_ID_HEADER = 'x-request-id'
/**
 * Names one call, and no other: the service repeats it in its answer, which the gateway takes for
 * the answer to that call alone.
 */
export const CALL_HEADER = 'tributary-call'

/** The parts of a request that are signed; an absent header is signed as absent. */
export interface SignedRequest {
  readonly method: string
  /** Path and query string, as sent. */
  readonly path: string
  readonly body: string | Uint8Array
  readonly authorization: string | undefined
  readonly perspective: string | undefined
  readonly requestId: string | undefined
  /** Of `tributary-call`; left out of what is signed where there is none. */
  readonly callId?: string | undefined
}

function digest(secret: string, time: string, request: SignedRequest): Buffer {
  const { method, path, authorization, perspective, requestId, callId } = request
  const parts = [time, method, path, authorization ?? null, perspective ?? null, requestId ?? null]
  if (callId !== undefined) parts.push(callId)
  // JSON keeps the parts apart: no value can pretend to be two.
  return createHmac('sha256', secret).update(JSON.stringify(parts)).update('\n').update(request.body).digest()
}

/** The value of `tributary-signature`: `<unix ms>.<base64url of the HMAC>`. */
export function sign(secret: string, request: SignedRequest, now: number = Date.now()): string {
  const time = String(now)
  return `${time}.${digest(secret, time, request).toString('base64url')}`
}

/** True when `signature` was made with `secret` for exactly this request within the last 30 s. */
export function verifySignature(
  secret: string,
  request: SignedRequest,
  signature: string | undefined,
  now: number = Date.now(),
): boolean {
  const match = /^(\d{1,15})\.([\w-]{43})$/.exec(signature ?? '')
  if (!match) return false
  const [, time = '', mac = ''] = match
  if (Math.abs(now - Number(time)) > SIGNATURE_LIFETIME) return false
  return timingSafeEqual(digest(secret, time, request), Buffer.from(mac, 'base64url'))
}
