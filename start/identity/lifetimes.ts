/** How long what the demo's provider gives is good for. */
import { z } from 'zod'

const LONGEST = 31_536_000 // seconds; a year
const RANGE = `must be seconds, 1 to ${LONGEST}`

const seconds = z.coerce.number(RANGE).int(RANGE).min(1, RANGE).max(LONGEST, RANGE)

const HOUR = 3_600 // seconds

export const lifetimeSettings = {
  /** Lifetime of access tokens. */
  IDENTITY_DEMO_TOKEN_LIFETIME: seconds.default(HOUR),
  /** After it people sign in again. */
  IDENTITY_DEMO_SESSION_LIFETIME: seconds.default(14 * 24 * HOUR),
} as const

/** Seconds, keyed by the provider's names. */
export const lifetimes = (token: number, session: number) =>
  ({
    AccessToken: token,
    AuthorizationCode: 60,
    ClientCredentials: token,
    Grant: session,
    IdToken: HOUR,
    Interaction: HOUR,
    RefreshToken: session,
    Session: session,
  }) as const

export type Lifetimes = ReturnType<typeof lifetimes>
