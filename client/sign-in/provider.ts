/**
 * An OpenID Connect provider: the code flow with PKCE. State for the return is kept in the session
 * storage of this tab; tokens are never stored.
 */
import * as oauth from 'oauth4webapi' // MIT; checks the provider's answers by the standards

export interface Tokens {
  readonly access: string
  /** Renews the access token; not every provider issues one. */
  readonly refresh: string | undefined
  /** Identifies the user to the provider at sign-out. */
  readonly id: string
  /** Unix milliseconds. */
  readonly expiresAt: number
  readonly scopes: ReadonlySet<string>
  readonly subject: string
  readonly name: string
}

export interface Arrival {
  /** `undefined` if nobody signed in, or if the provider, asked silently, has no session. */
  readonly tokens: Tokens | undefined
}

export const DEFAULT_NAME = 'tributary'

export interface ProviderOptions {
  /** The issuer's URL with a discovery document; plain http only on localhost. */
  readonly issuer: string
  /** A public client: one without a secret. */
  readonly clientId: string
  /** Requested scopes, separated by spaces; must include `openid`. */
  readonly scope: string
  /**
   * The address to which the provider returns, also after signing out: this page without a query.
   */
  readonly redirectUri: string
  /** Distinguishes pages of one origin in the browser's storage; `tributary` by default. */
  readonly name?: string
}

/** Silent: shows no form. Login: shows it even to users with a session there. */
export type Prompt = 'silent' | 'login' | undefined

export interface Provider {
  /** Leaves the page. Rejects with a `TypeError` while the provider cannot be reached. */
  leave(prompt?: Prompt): Promise<void>
  /** `undefined` unless the page was opened by the provider's answer, which it takes once. */
  arrive(): Promise<Arrival | undefined>
  /** `undefined` once the provider no longer knows the session. Rejects as `leave` does. */
  renew(tokens: Tokens): Promise<Tokens | undefined>
  /** Leaves the page to sign out, and returns to it. */
  leaveForGood(tokens: Tokens): Promise<void>
}

interface Pending {
  readonly state: string
  readonly verifier: string
  readonly nonce: string
  /** The user's location: path and query. */
  readonly path: string
}

/** Where tokens may go without TLS: browsers hold plain pages of these hosts for secure, too. */
const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Codes that mean "not signed in" rather than an error. */
const SIGNED_OUT = new Set(['login_required', 'interaction_required', 'consent_required', 'access_denied'])

export function createProvider({
  issuer,
  clientId,
  scope,
  redirectUri,
  name = DEFAULT_NAME,
}: ProviderOptions): Provider {
  const client: oauth.Client = { client_id: clientId }
  const pendingKey = `${name}:sign-in`
  const options = { [oauth.allowInsecureRequests]: LOCAL_HOSTS.has(new URL(issuer).hostname) }
  const server = discovered(issuer, options)
  return {
    async leave(prompt) {
      const { authorization_endpoint: endpoint = '' } = await server()
      const pending = newPending()
      sessionStorage.setItem(pendingKey, JSON.stringify(pending))
      const url = withParameters(endpoint, {
        client_id: clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        ...(prompt && { prompt: prompt === 'silent' ? 'none' : prompt }),
      })
      if (prompt === 'silent') location.replace(url)
      else location.assign(url) // from the form, "back" leads here
    },
    async arrive() {
      const answer = new URL(location.href)
      if (!answer.searchParams.has('state')) return undefined
      const pending = JSON.parse(sessionStorage.getItem(pendingKey) ?? 'null') as Pending | null
      sessionStorage.removeItem(pendingKey)
      history.replaceState(null, '', pending?.path ?? new URL(redirectUri).pathname)
      if (!pending) return { tokens: undefined } // a bookmark of an old answer
      try {
        const as = await server()
        const parameters = oauth.validateAuthResponse(as, client, answer, pending.state)
        const given = [redirectUri, pending.verifier, options] as const
        const response = await oauth.authorizationCodeGrantRequest(as, client, oauth.None(), parameters, ...given)
        const expected = { expectedNonce: pending.nonce, requireIdToken: true }
        return { tokens: tokensOf(await oauth.processAuthorizationCodeResponse(as, client, response, expected)) }
      } catch (error) {
        if (error instanceof oauth.AuthorizationResponseError && SIGNED_OUT.has(error.error))
          return { tokens: undefined }
        throw error
      }
    },
    async renew(tokens) {
      if (tokens.refresh === undefined) return undefined
      const as = await server()
      const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh, options)
      try {
        return tokensOf(await oauth.processRefreshTokenResponse(as, client, response), tokens)
      } catch (error) {
        if (error instanceof oauth.ResponseBodyError && error.status < 500) return undefined
        throw error
      }
    },
    async leaveForGood(tokens) {
      const { end_session_endpoint: endpoint } = await server()
      if (endpoint === undefined) return location.replace(redirectUri)
      location.replace(
        withParameters(endpoint, {
          id_token_hint: tokens.id,
          client_id: clientId,
          post_logout_redirect_uri: redirectUri,
        }),
      )
    },
  }
}

/** Fetched once; after a failure the next call fetches it again. */
function discovered(issuer: string, options: oauth.DiscoveryRequestOptions): () => Promise<oauth.AuthorizationServer> {
  let found: Promise<oauth.AuthorizationServer> | undefined
  return () => {
    const url = new URL(issuer)
    found ??= oauth
      .discoveryRequest(url, options)
      .then((response) => oauth.processDiscoveryResponse(url, response))
      .catch((error) => {
        found = undefined
        throw error
      })
    return found
  }
}

const newPending = (): Pending => ({
  state: oauth.generateRandomState(),
  verifier: oauth.generateRandomCodeVerifier(),
  nonce: oauth.generateRandomNonce(),
  path: location.pathname + location.search,
})

function withParameters(endpoint: string, parameters: Readonly<Record<string, string>>): URL {
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
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
