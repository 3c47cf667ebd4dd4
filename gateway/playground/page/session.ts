/**
 * Who the visitor plays: signs in as the first caller when the page opens, keeps one token, in
 * memory only, and renews it before it ends. Who signed out signs in at the demo's provider.
 */
import type { DemoToken } from './common/settings.ts'
import type { LoginPage, SignedIn } from './login-page.ts'

const RENEW_BEFORE = 60_000 // milliseconds
const REMEMBERED = 'tributary:caller' // of this browser tab; empty once somebody signed out

interface SessionState {
  /** `null` while nobody is signed in. */
  readonly caller: string | null
  /** What happened last, for people. */
  readonly status: string
  readonly failed: boolean
}

export interface Session {
  state(): SessionState
  /** Calls `listener` after each change; the result ends that. */
  subscribe(listener: () => void): () => void
  /** Tells by the state how it went; if it fails, nobody is signed in. */
  signIn(caller: string): Promise<void>
  signOut(): void
  /** Leaves the page to sign in at the provider; `undefined` without one. */
  readonly leave: (() => void) | undefined
  /**
   * The `Authorization` header to send now, after a sign-in under way; undefined while signed out.
   */
  authorization(): Promise<string | undefined>
}

/** @param callers who can sign in; the first does, unless this browser tab remembers another */
export function createSession(callers: readonly string[], loginPage: LoginPage | undefined): Session {
  let state: SessionState = { caller: null, status: '', failed: false }
  let token: SignedIn | undefined
  let pending = Promise.resolve()
  let latest = 0
  const listeners = new Set<() => void>()

  function show(next: SessionState): void {
    state = next
    for (const listener of listeners) listener()
  }

  /** Takes the token that `getting` resolves to, unless something else happens before. */
  async function take(getting: Promise<SignedIn | undefined>): Promise<void> {
    latest += 1
    const mine = latest
    token = undefined
    try {
      const got = await getting
      // Of two choices in quick succession the later one counts, whichever answer arrives first.
      if (mine !== latest || !got) return
      token = got
      sessionStorage.setItem(REMEMBERED, got.caller)
      show({ caller: got.caller, status: `Signed in as ${got.caller}.`, failed: false })
    } catch (error) {
      if (mine !== latest) return
      show({ caller: null, status: error instanceof Error ? error.message : 'Signing in failed.', failed: true })
    }
  }

  const session: Session = {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    signIn(caller) {
      show({ caller, status: 'Signing in…', failed: false })
      pending = take(fetchToken(caller))
      return pending
    },
    signOut() {
      latest += 1
      token = undefined
      sessionStorage.setItem(REMEMBERED, '')
      show({ caller: null, status: 'Signed out.', failed: false })
    },
    leave: loginPage && (() => void loginPage.leave()),
    async authorization() {
      await pending
      if (state.caller !== null && token && token.expiresAt - RENEW_BEFORE < Date.now())
        await session.signIn(state.caller)
      return token && `Bearer ${token.token}`
    },
  }
  if (loginPage && new URLSearchParams(location.search).has('state')) {
    pending = take(loginPage.comeBack())
    return session
  }
  const remembered = sessionStorage.getItem(REMEMBERED)
  const first = remembered === null || callers.includes(remembered) ? (remembered ?? callers[0]) : undefined
  if (first !== undefined) void session.signIn(first)
  return session
}

async function fetchToken(caller: string): Promise<SignedIn> {
  const response = await fetch('/demo/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ caller }),
  })
  if (response.ok) return { caller, ...((await response.json()) as DemoToken) }
  const { errors } = (await response.json()) as { errors?: readonly { message: string }[] }
  throw new Error(errors?.[0]?.message ?? `The gateway refused to sign in “${caller}” (HTTP ${response.status}).`)
}
