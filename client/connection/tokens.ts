/**
 * The caller's token: requested when needed, renewed before it expires, and shared by all waiting
 * requests.
 */

/** A token of an OpenID provider. */
export interface Token {
  readonly value: string
  /** Unix milliseconds; by default read from a JWT. */
  readonly expiresAt?: number
}

/** `undefined`: nobody is signed in. @param refused the token that the gateway refused */
export type GetToken = (refused?: string) => Promise<Token | string | undefined> | Token | string | undefined

export interface Tokens {
  /**
   * @param refused a token that the gateway no longer accepts: resolves to `undefined` if there is
   * no other
   */
  current(refused?: string): Promise<string | undefined>
  /** The last token, expired or not. */
  last(): string | undefined
  forget(): void
}

const EARLY = 30_000 // milliseconds before the end at which a token is renewed

interface Held {
  readonly value: string
  /** Unix milliseconds. */
  readonly renewAt: number
}

/** @param onNew called for every new token */
export function createTokens(get: GetToken, onNew: () => void): Tokens {
  let held: Held | undefined
  let asking: Promise<Held | undefined> | undefined
  let generation = 0

  const ask = (refused?: string): Promise<Held | undefined> => {
    asking ??= request(refused).finally(() => {
      asking = undefined
    })
    return asking
  }
  const request = async (refused?: string): Promise<Held | undefined> => {
    const begun = generation
    const given = await get(refused)
    const next = given === undefined ? undefined : hold(typeof given === 'string' ? { value: given } : given)
    // A sign-out in the meantime wins.
    if (begun !== generation) return undefined
    const isNew = next !== undefined && next.value !== held?.value
    held = next
    if (isNew) onNew()
    return next
  }

  return {
    async current(refused) {
      const isTaken = refused === undefined ? Date.now() < (held?.renewAt ?? 0) : held && held.value !== refused
      if (isTaken) return held?.value
      const next = await ask(refused ?? held?.value)
      return next && next.value !== refused ? next.value : undefined
    },
    last: () => held?.value,
    forget() {
      generation += 1
      held = undefined
      asking = undefined
    },
  }
}

/**
 * If a new token seems about to expire, the local clock is wrong: the token is used until the
 * gateway refuses it.
 */
function hold({ value, expiresAt = expiryOf(value) }: Token): Held {
  const renewAt = expiresAt - EARLY
  return { value, renewAt: renewAt > Date.now() ? renewAt : Number.POSITIVE_INFINITY }
}

function expiryOf(token: string): number {
  const { exp } = claimsOf(token)
  return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY
}

/** The subject of a token; `undefined` if it has none. */
export function subjectOf(token: string): string | undefined {
  const { sub } = claimsOf(token)
  return typeof sub === 'string' ? sub : undefined
}

/** Not verified here; the gateway does that. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const [, claims] = token.split('.')
  if (claims === undefined) return {}
  try {
    const bytes = Uint8Array.from(atob(claims.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return {}
  }
}
