/**
 * Signs the visitor in at the demo's OpenID Connect provider: the code flow with PKCE, as any other
 * application would. The provider's login page sends the visitor back here.
 */
import type { ProviderOfDemo } from './common/settings.ts'

/** Who came back. */
export interface SignedIn {
  readonly caller: string
  readonly token: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}

export interface Provider {
  /** Leaves the page for the login page. */
  leave(): Promise<void>
  /**
   * Who signed in there; `undefined` unless the page was opened by its answer. Rejects with a
   * message for people.
   */
  comeBack(): Promise<SignedIn | undefined>
}

const CLIENT = 'web'
const PENDING = 'tributary:sign-in' // of this browser tab, while the visitor is away

interface Pending {
  readonly state: string
  readonly verifier: string
}

/** `undefined` where browsers do not let a page compute a digest: off `localhost`, without TLS. */
export function createProvider({ issuer, scope }: ProviderOfDemo): Provider | undefined {
  if (!isSecureContext) return undefined
  const redirectUri = `${location.origin}/`
  return {
    async leave() {
      const pending: Pending = { state: random(), verifier: random() }
      sessionStorage.setItem(PENDING, JSON.stringify(pending))
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier))
      const parameters = new URLSearchParams({
        client_id: CLIENT,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope,
        state: pending.state,
        code_challenge: inBase64(new Uint8Array(digest)),
        code_challenge_method: 'S256',
        prompt: 'login', // who signed out here is asked again
      })
      location.assign(`${issuer}/auth?${parameters}`)
    },
    async comeBack() {
      const answer = new URLSearchParams(location.search)
      const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null') as Pending | null
      if (!answer.has('state')) return undefined
      sessionStorage.removeItem(PENDING)
      history.replaceState(null, '', location.pathname)
      if (answer.get('state') !== pending?.state) throw new Error('This sign-in was not begun in this tab.')
      const code = answer.get('code')
      if (code === null) throw new Error(answer.get('error_description') ?? 'The sign-in was given up.')
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: CLIENT,
          redirect_uri: redirectUri,
          code,
          code_verifier: pending.verifier,
        }),
      })
      const tokens = await response.json()
      if (!response.ok) throw new Error(tokens.error_description ?? 'The provider refused the sign-in.')
      return {
        caller: subjectOf(tokens.id_token),
        token: tokens.access_token,
        expiresAt: Date.now() + tokens.expires_in * 1000,
      }
    },
  }
}

const random = (): string => inBase64(crypto.getRandomValues(new Uint8Array(32)))

const inBase64 = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

/** For show only: the gateway verifies the access token. */
function subjectOf(idToken: string): string {
  const [, claims = ''] = idToken.split('.')
  return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).sub
}
