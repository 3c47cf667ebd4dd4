/** The applications that may use the demo's provider. */
import { demoCallers } from '../../platform/protocol/demo-identity.ts'
import type { Scope } from '../../platform/protocol/scope.ts'

export const scopes: readonly Scope[] = [...new Set(Object.values(demoCallers).flat())]

/**
 * The applications, in the terms of OpenID Connect registration; `origins.ts` decides their
 * addresses.
 */
export const clients = [
  {
    // A web page or an app: no secret, the code flow with PKCE.
    client_id: 'web',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: ['http://localhost/'],
  },
  {
    // A server that acts for itself: client credentials.
    client_id: 'service',
    client_secret: 'service',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  },
] as const

/** Scopes that an application may request; a customer's own limits also apply. */
export const scopesOf = (clientId: string): readonly Scope[] =>
  clientId === 'service' ? ['banking:read', 'content:preview'] : scopes
