/**
 * The OpenID Connect provider: the code flow with PKCE. What has to outlive the visit there is kept
 * in the session storage of this tab, and no token is ever stored.
 */
import * as oauth from 'oauth4webapi' // MIT; checks what the provider answers as the standards ask
import { BASE, settings } from '../common/settings.ts'

export interface Tokens {
  readonly access: string
  /** Renews the access token; not every provider gives one. */
  readonly refresh: string | undefined
  /** Tells the provider who signs out. */
  readonly id: string
  /** Unix milliseconds. */
  readonly expiresAt: number
  readonly scopes: ReadonlySet<string>
  readonly subject: string
  readonly name: string
}

export interface Arrival {
  /** `undefined` if nobody is signed in at the provider, who was asked silently. */
  readonly tokens: Tokens | undefined
  /** Where the user was before, within this page. */
  readonly path: string
}

interface Pending {
  readonly state: string
  readonly verifier: string
  readonly nonce: string
  readonly path: string
}

const PENDING = 'tributary-app:sign-in'
const client: oauth.Client = { client_id: settings.clientId }
/** Nobody is there to be asked, or wants to be: no fault. */
const SIGNED_OUT = new Set(['login_required', 'interaction_required', 'consent_required', 'access_denied'])

const redirectUri = (): string => `${location.origin}${BASE}/`
const isLocal = settings.issuer?.startsWith('http://') ?? false
const options = { [oauth.allowInsecureRequests]: isLocal }

let found: Promise<oauth.AuthorizationServer> | undefined
/** Asked once; a failure is asked again the next time. */
function server(): Promise<oauth.AuthorizationServer> {
  found ??= discover()
  found.catch(() => {
    found = undefined
  })
  return found
}

async function discover(): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(settings.issuer)
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
}

/** Leaves the page. @param isSilent shows no form: whoever is signed in there comes back so */
export async function leaveToSignIn(path: string, isSilent: boolean): Promise<void> {
  const { authorization_endpoint: endpoint = '' } = await server()
  const pending: Pending = {
    state: oauth.generateRandomState(),
    verifier: oauth.generateRandomCodeVerifier(),
    nonce: oauth.generateRandomNonce(),
    path,
  }
  sessionStorage.setItem(PENDING, JSON.stringify(pending))
  const url = new URL(endpoint)
  const parameters = {
    client_id: settings.clientId,
    response_type: 'code',
    redirect_uri: redirectUri(),
    scope: settings.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
    ...(isSilent && { prompt: 'none' }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  if (isSilent) location.replace(url)
  else location.assign(url) // from the form, "back" leads here
}

/** `undefined` unless the page was opened by the provider's answer. */
export async function arrive(): Promise<Arrival | undefined> {
  const answer = new URL(location.href)
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null') as Pending | null
  if (!answer.searchParams.has('state')) return undefined
  sessionStorage.removeItem(PENDING)
  const path = pending?.path ?? '/'
  history.replaceState(null, '', `${BASE}${path}`)
  if (!pending) return { tokens: undefined, path } // a bookmark of an old answer
  try {
    const as = await server()
    const parameters = oauth.validateAuthResponse(as, client, answer, pending.state)
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      oauth.None(),
      parameters,
      redirectUri(),
      pending.verifier,
      options,
    )
    const result = await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: pending.nonce,
      requireIdToken: true,
    })
    return { tokens: tokensOf(result), path }
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError && SIGNED_OUT.has(error.error))
      return { tokens: undefined, path }
    throw error
  }
}

/**
 * `undefined` once the provider no longer knows the session. Rejects while it cannot be reached.
 */
export async function renew(tokens: Tokens): Promise<Tokens | undefined> {
  if (tokens.refresh === undefined) return undefined
  const as = await server()
  const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh, options)
  try {
    return tokensOf(await oauth.processRefreshTokenResponse(as, client, response), tokens)
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.status < 500) return undefined
    throw error
  }
}

/** Leaves the page, and comes back to it signed out. */
export async function leaveToSignOut(tokens: Tokens): Promise<void> {
  const { end_session_endpoint: endpoint } = await server()
  if (endpoint === undefined) return location.replace(redirectUri())
  const url = new URL(endpoint)
  url.searchParams.set('id_token_hint', tokens.id)
  url.searchParams.set('client_id', settings.clientId)
  url.searchParams.set('post_logout_redirect_uri', redirectUri())
  location.replace(url)
}

function tokensOf(result: oauth.TokenEndpointResponse, before?: Tokens): Tokens {
  const claims = oauth.getValidatedIdTokenClaims(result)
  const subject = claims?.sub ?? before?.subject ?? ''
  return {
    access: result.access_token,
    refresh: result.refresh_token ?? before?.refresh,
    id: result.id_token ?? before?.id ?? '',
    expiresAt: Date.now() + (result.expires_in ?? 300) * 1000,
    scopes: result.scope === undefined ? (before?.scopes ?? new Set()) : new Set(result.scope.split(' ')),
    subject,
    name: typeof claims?.['name'] === 'string' ? claims['name'] : (before?.name ?? subject),
  }
}
