/**
 * Signs the visitor in at the demo's OpenID Connect provider, as any other application would. The
 * provider's login page sends the visitor back here.
 */
import { createProvider } from '../../../client/sign-in/provider.ts'
import type { ProviderOfDemo } from './common/settings.ts'

/** Who came back. */
export interface SignedIn {
  readonly caller: string
  readonly token: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}

export interface LoginPage {
  /** Leaves the page for it. */
  leave(): Promise<void>
  /**
   * Who signed in there; `undefined` unless the page was opened by its answer. Rejects with a
   * message for people.
   */
  comeBack(): Promise<SignedIn | undefined>
}

/** `undefined` where browsers do not let a page compute a digest: off `localhost`, without TLS. */
export function createLoginPage({ issuer, scope }: ProviderOfDemo): LoginPage | undefined {
  if (!isSecureContext) return undefined
  const redirectUri = location.origin + location.pathname // of this variant
  const provider = createProvider({ issuer, clientId: 'web', scope, redirectUri, name: 'tributary-playground' })
  return {
    leave: () => provider.leave('login'), // who signed out here is asked again
    async comeBack() {
      const arrival = await provider.arrive()
      if (arrival && !arrival.tokens) throw new Error('The sign-in was given up, or begun in another tab.')
      if (!arrival?.tokens) return undefined
      const { subject, access, expiresAt } = arrival.tokens
      return { caller: subject, token: access, expiresAt }
    },
  }
}
