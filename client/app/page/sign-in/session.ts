/**
 * Who is signed in. Tokens are in memory only. After a reload the provider is asked silently, if
 * this browser signed in before and did not sign out.
 */
import { useSyncExternalStore } from 'react'
import { BASE } from '../common/settings.ts'
import { arrive, leaveToSignIn, leaveToSignOut, renew, type Tokens } from './provider.ts'

export type SessionState =
  /** Offline: nobody can be asked who is signed in, until there is a network again. */
  | { readonly state: 'starting' | 'leaving' | 'offline' }
  | { readonly state: 'signedOut'; readonly why?: 'ended' | 'failed' | 'unreachable' | undefined }
  | { readonly state: 'signedIn'; readonly user: User }

export interface User {
  readonly subject: string
  readonly name: string
  readonly isOfficer: boolean
}

const HINT = 'tributary-app:signed-in' // no token: says that asking silently is worth while
const RENEW_BEFORE = 60_000 // milliseconds
const AGAIN = 3_000 // milliseconds

let state: SessionState = { state: 'starting' }
let tokens: Tokens | undefined
let renewing: Promise<void> | undefined
const listeners = new Set<() => void>()

function show(next: SessionState): void {
  state = next
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useSession = (): SessionState => useSyncExternalStore(subscribe, () => state)

export function useUser(): User | undefined {
  const session = useSession()
  return session.state === 'signedIn' ? session.user : undefined
}

const here = (): string => location.pathname.slice(BASE.length) + location.search || '/'

/** Once, when the page opens. */
export async function openSession(): Promise<void> {
  // Who went back from the provider's form may find the page as it was left.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && state.state === 'leaving') show({ state: 'signedOut' })
  })
  try {
    const arrival = await arrive()
    if (arrival?.tokens) return take(arrival.tokens)
    if (!arrival && localStorage.getItem(HINT) !== null) return await askSilently()
    localStorage.removeItem(HINT)
    show({ state: 'signedOut' })
  } catch (error) {
    notAnswered(error)
  }
}

async function askSilently(): Promise<void> {
  if (state.state !== 'offline') show({ state: 'leaving' })
  await leaveToSignIn(here(), true)
}

/** Without a network it is asked again, which leads back to the same screen. */
function notAnswered(error: unknown): void {
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

export async function signIn(): Promise<void> {
  show({ state: 'leaving' })
  try {
    await leaveToSignIn(here(), false)
  } catch {
    show({ state: 'signedOut', why: 'unreachable' })
  }
}

export async function signOut(): Promise<void> {
  const last = tokens
  forget()
  show({ state: 'leaving' })
  try {
    if (last) return await leaveToSignOut(last)
  } catch {
    // The provider is away; here everything is forgotten.
  }
  location.replace(`${BASE}/`)
}

/**
 * A token that is good for a while. @throws once the session is over, or while it cannot be renewed
 */
export async function accessToken(): Promise<string> {
  if (tokens && tokens.expiresAt - RENEW_BEFORE < Date.now()) {
    renewing ??= renewTokens(tokens).finally(() => {
      renewing = undefined
    })
    await renewing
  }
  if (!tokens) throw new SignedOutError()
  return tokens.access
}

/** After a refusal: the next request has a new token, or the session ends. */
export function distrustToken(refused: string): void {
  if (tokens?.access === refused) tokens = { ...tokens, expiresAt: 0 }
}

export class SignedOutError extends Error {
  override name = 'SignedOutError'
}

async function renewTokens(last: Tokens): Promise<void> {
  const next = await renew(last)
  if (next) return take(next)
  forget()
  show({ state: 'signedOut', why: 'ended' })
}

function take(next: Tokens): void {
  tokens = next
  localStorage.setItem(HINT, 'yes')
  const { subject, name, scopes } = next
  if (state.state === 'signedIn' && state.user.subject === subject) return
  show({ state: 'signedIn', user: { subject, name, isOfficer: scopes.has('banking:officer') } })
}

function forget(): void {
  tokens = undefined
  localStorage.removeItem(HINT)
}
