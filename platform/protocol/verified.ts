/**
 * Remembers whose tokens were verified, while they are valid: verifying one costs as much as a
 * small request. Refused tokens are not remembered.
 */
import { LRUCache } from 'lru-cache' // BlueOak-1.0.0, no dependencies; the LRU of the Node field
import type { Caller, VerifyAuthorization } from './caller.ts'

interface Verified {
  /** The caller of a header that was verified before, byte for byte, and is still valid. */
  known(authorization: string | undefined): Caller | undefined
  /** Verifies a token, and remembers its caller. Rejects as `createVerifier` says. */
  readonly verify: VerifyAuthorization
}

interface Remembered {
  readonly caller: Caller
  /** Monotonic, so that a clock that is set back does not let it live on. */
  readonly since: number
}

const REMEMBERED = 8 * 1024 * 1024 // bytes of tokens
const LONGEST = 5 * 60_000 // milliseconds, so that a revoked key stops working soon

export function rememberVerified(verify: VerifyAuthorization): Verified {
  // By the whole header: to hash one would cost more than to compare it.
  const remembered = new LRUCache<string, Remembered>({
    maxSize: REMEMBERED,
    sizeCalculation: (_caller, token) => 2 * token.length + 512, // and what it says
  })
  return {
    known(authorization = '') {
      const found = remembered.get(authorization)
      if (!found || found.caller.trustedUntil <= Date.now() || performance.now() - found.since >= LONGEST)
        return undefined
      return found.caller
    },
    async verify(authorization = '') {
      const since = performance.now()
      const caller = await verify(authorization)
      if (caller) remembered.set(authorization, { caller, since })
      return caller
    },
  }
}
