/**
 * Proves to a service that a request comes from the gateway: an HMAC-SHA256 over everything the
 * service acts on. Stateless services remember nothing, so a replay within the window is possible
 * by design.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Milliseconds that a signature is valid, before and after the verifier's clock. */
export const SIGNATURE_LIFETIME = 30_000

export const SIGNATURE_HEADER = 'tributary-signature'
/** What the caller may see (`published` or `preview`), for services that never learn who calls. */
export const PERSPECTIVE_HEADER = 'tributary-perspective'
export const REQUEST_ID_HEADER = 'x-request-id'
/**
 * A unique id of the call. The service repeats it in its answer, so that the gateway can match the
 * two.
 */
export const CALL_HEADER = 'tributary-call'

/** Names the headers that tell claims of the caller's token, comma-separated: they are signed. */
export const CLAIMS_HEADER = 'tributary-claims'

/** The parts of a request that are signed; an absent header is signed as absent. */
export interface SignedRequest {
  readonly method: string
  /** Path and query string, as sent. */
  readonly path: string
  readonly body: string | Uint8Array
  readonly authorization: string | undefined
  readonly perspective: string | undefined
  readonly requestId: string | undefined
  /** The value of `tributary-call`; not signed if absent. */
  readonly callId?: string | undefined
  /** Names and values of the headers that `tributary-claims` names; not signed if absent. */
  readonly claims?: readonly (readonly [string, string])[] | undefined
}

function digest(secret: string, time: string, request: SignedRequest): Buffer {
  const { method, path, authorization, perspective, requestId, callId, claims } = request
  const parts: unknown[] = [time, method, path, authorization ?? null, perspective ?? null, requestId ?? null]
  if (callId !== undefined) parts.push(callId)
  if (claims !== undefined) parts.push(claims)
  // JSON separates the parts unambiguously.
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
