/**
 * Remembers whose tokens were verified, while they are valid: verifying one costs as much as a
 * small request.
 */
import { LRUCache } from 'lru-cache'
import type { Caller, VerifyAuthorization } from './caller.ts'

interface Verified {
  /** The caller of a token that was verified before. */
  known(authorization: string | undefined): Caller | undefined
  /** Verifies a token, and remembers its caller. Rejects as `createVerifier` says. */
  readonly verify: VerifyAuthorization
}

const REMEMBERED = 8 * 1024 * 1024 // bytes of tokens
const LONGEST = 5 * 60_000 // milliseconds, so that a revoked key stops working soon

export function rememberVerified(verify: VerifyAuthorization): Verified {
  const remembered = new LRUCache<string, { readonly caller: Caller; readonly until: number }>({
    maxSize: REMEMBERED,
    sizeCalculation: (_caller, token) => token.length + 256,
  })
  return {
    known(authorization = '') {
      const found = remembered.get(authorization)
      return found && found.until > Date.now() ? found.caller : undefined
    },
    async verify(authorization = '') {
      const caller = await verify(authorization)
      if (caller) remembered.set(authorization, { caller, until: Math.min(caller.expiresAt, Date.now() + LONGEST) })
      return caller
    },
  }
}
