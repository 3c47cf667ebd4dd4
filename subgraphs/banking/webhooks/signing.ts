/**
 * Signatures of webhooks by the Standard Webhooks specification: HMAC-SHA256 over id, time and
 * body.
 */
import { hkdfSync } from 'node:crypto'
import { Webhook } from 'standardwebhooks' // MIT; the specification's own library, so that receivers can verify with theirs

/** Gives the secret of an endpoint. */
export type EndpointSecrets = (endpointId: string) => string

/**
 * Secrets are derived and never stored: a reader of the database cannot sign, and the owner can see
 * them again.
 * @param secret of the service
 */
export const endpointSecrets =
  (secret: string): EndpointSecrets =>
  (endpointId) =>
    `whsec_${Buffer.from(hkdfSync('sha256', secret, endpointId, 'webhook endpoint', 32)).toString('base64')}`

/** The headers by which a receiver checks origin, age and identity of an event. */
export function signatureHeaders(
  secret: string,
  { id, body, at = new Date() }: { id: string; body: string; at?: Date },
): Readonly<Record<string, string>> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  }
}
