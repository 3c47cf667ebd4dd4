/** Who the visitor plays: keeps one demo token, in memory only, and renews it before it ends. */
import type { DemoToken } from './settings.ts'

const RENEW_BEFORE = 60_000 // milliseconds
const REMEMBERED = 'tributary:caller'

export interface Session {
  /** The caller of this tab's last visit, if any. */
  readonly remembered: string | null
  /**
   * Signs in as `caller`, or out with `null`. Rejects with a message for people, and then nobody is
   * signed in.
   */
  signIn(caller: string | null): Promise<void>
  /** The `Authorization` header to send now; undefined while signed out. */
  authorization(): Promise<string | undefined>
}

export function createSession(): Session {
  let current: { readonly caller: string; readonly token: DemoToken } | undefined
  let latest = 0

  async function signIn(caller: string | null): Promise<void> {
    latest += 1
    const mine = latest
    current = undefined
    if (caller === null) return sessionStorage.removeItem(REMEMBERED)
    const token = await fetchToken(caller)
    // Of two choices in quick succession the later one counts, whichever answer arrives first.
    if (mine !== latest) return
    current = { caller, token }
    sessionStorage.setItem(REMEMBERED, caller)
  }

  return {
    remembered: sessionStorage.getItem(REMEMBERED),
    signIn,
    async authorization() {
      if (current && current.token.expiresAt - RENEW_BEFORE < Date.now()) await signIn(current.caller)
      return current && `Bearer ${current.token.token}`
    },
  }
}

async function fetchToken(caller: string): Promise<DemoToken> {
  const response = await fetch('/demo/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ caller }),
  })
  if (response.ok) return response.json()
  const { errors } = (await response.json()) as { errors?: readonly { message: string }[] }
  throw new Error(errors?.[0]?.message ?? `The gateway refused to sign in “${caller}” (HTTP ${response.status}).`)
}
