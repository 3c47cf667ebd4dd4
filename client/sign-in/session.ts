/**
 * The session of the signed-in user. Tokens are in memory only. After a reload the provider is
 * asked silently, if this browser signed in before and did not sign out.
 */
import type { Token } from '../connection/tokens.ts'
import { createProvider, DEFAULT_NAME, type ProviderOptions, type Tokens } from './provider.ts'

export type SignInState =
  /** Offline: the provider cannot be asked until there is a network again. */
  | { readonly state: 'starting' | 'leaving' | 'offline' }
  | { readonly state: 'signedOut'; readonly why?: 'ended' | 'elsewhere' | 'failed' | 'unreachable' | undefined }
  | { readonly state: 'signedIn'; readonly user: SignedInUser }

export interface SignedInUser {
  readonly subject: string
  readonly name: string
  readonly scopes: ReadonlySet<string>
}

export interface SignIn {
  state(): SignInState
  /** Calls the listener after each change; returns a function that ends this. */
  subscribe(listener: () => void): () => void
  /** Called once when the page opens: takes the provider's answer, or asks it silently. */
  open(): Promise<void>
  /** Leaves the page for the provider's form, which leads back to the same address. */
  signIn(): Promise<void>
  /** Signs out here, in other tabs of this page, and at the provider. */
  signOut(): Promise<void>
  /**
   * A valid token, for `createConnection`; `undefined` while nobody is signed in. Rejects while it
   * cannot be renewed. @param refused a token to renew; if that fails, the session ends
   */
  token(refused?: string): Promise<Token | undefined>
}

const RENEW_BEFORE = 60_000 // milliseconds
const AGAIN = 3_000 // milliseconds

export function createSignIn(options: ProviderOptions): SignIn {
  const provider = createProvider(options)
  const current = createCurrent(options.name)
  const { state, subscribe, show, take, forget, tokens } = current
  let renewing: Promise<void> | undefined

  const askSilently = async (): Promise<void> => {
    if (state().state !== 'offline') show({ state: 'leaving' })
    await provider.leave('silent')
  }
  /** Without a network it tries again, which leads back to the same screen. */
  const notAnswered = (error: unknown): void => {
    if (!(error instanceof TypeError)) {
      show({ state: 'signedOut', why: 'failed' })
      return
    }
    show({ state: 'offline' })
    const again = (): void => {
      clearTimeout(timer)
      removeEventListener('online', again)
      askSilently().catch(notAnswered)
    }
    const timer = setTimeout(again, AGAIN)
    addEventListener('online', again)
  }
  const renew = async (last: Tokens): Promise<void> => {
    const next = await provider.renew(last)
    if (!tokens()) return // signed out meanwhile
    if (next) return take(next)
    forget()
    show({ state: 'signedOut', why: 'ended' })
  }

  return {
    state,
    subscribe,
    async open() {
      // A user who goes back from the provider's form may get the page from the browser's cache.
      addEventListener('pageshow', ({ persisted }) => {
        if (persisted && state().state === 'leaving') show({ state: 'signedOut' })
      })
      addEventListener('storage', current.follow)
      try {
        const arrival = await provider.arrive()
        if (arrival?.tokens) return take(arrival.tokens)
        if (!arrival && current.wasSignedIn()) return await askSilently()
        forget()
        show({ state: 'signedOut' })
      } catch (error) {
        notAnswered(error)
      }
    },
    async signIn() {
      show({ state: 'leaving' })
      await provider.leave().catch(() => show({ state: 'signedOut', why: 'unreachable' }))
    },
    async signOut() {
      const last = tokens()
      current.leave()
      show({ state: 'leaving' })
      // If the provider is down, at least the local session ends.
      await (last ? provider.leaveForGood(last) : Promise.reject()).catch(() => location.replace(options.redirectUri))
    },
    async token(refused) {
      if (refused !== undefined) current.distrust(refused)
      const held = tokens()
      if (held && held.expiresAt - RENEW_BEFORE < Date.now()) {
        renewing ??= renew(held).finally(() => {
          renewing = undefined
        })
        await renewing
      }
      const next = tokens()
      return next && { value: next.access, expiresAt: next.expiresAt }
    },
  }
}

/** Values of the hint. */
const SIGNED_IN = 'yes'
const SIGNED_OUT = 'no'

/** The signed-in user, with their tokens. */
function createCurrent(name = DEFAULT_NAME) {
  const hint = `${name}:signed-in` // no token: shows that a silent sign-in may succeed
  let state: SignInState = { state: 'starting' }
  let tokens: Tokens | undefined
  const listeners = new Set<() => void>()
  const show = (next: SignInState): void => {
    state = next
    for (const listener of listeners) listener()
  }
  return {
    state: () => state,
    tokens: () => tokens,
    wasSignedIn: () => localStorage.getItem(hint) === SIGNED_IN,
    show,
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    take(next: Tokens): void {
      tokens = next
      localStorage.setItem(hint, SIGNED_IN)
      const { subject, name, scopes } = next
      if (state.state === 'signedIn' && state.user.subject === subject) return
      show({ state: 'signedIn', user: { subject, name, scopes } })
    },
    /** It is renewed before it is used again. */
    distrust(refused: string): void {
      if (tokens?.access === refused) tokens = { ...tokens, expiresAt: 0 }
    },
    forget(): void {
      tokens = undefined
      localStorage.removeItem(hint)
    },
    leave(): void {
      tokens = undefined
      localStorage.setItem(hint, SIGNED_OUT)
    },
    /** A sign-out in one tab applies to all. */
    follow({ key, newValue }: StorageEvent): void {
      if (key !== hint || newValue !== SIGNED_OUT || !tokens) return
      tokens = undefined
      show({ state: 'signedOut', why: 'elsewhere' })
    },
  }
}
