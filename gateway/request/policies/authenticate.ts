/**
 * Verifies the caller's token, and remembers the result while it is valid. Refuses an invalid
 * token; never treats it as none.
 */
import { LRUCache } from 'lru-cache'
import type { Caller, VerifyAuthorization } from '../../../platform/protocol/caller.ts'
import type { Policy } from '../../exchange/exchange.ts'

const REMEMBERED = 8 * 1024 * 1024 // bytes of tokens: one verification costs as much as a small request
const LONGEST = 5 * 60_000 // milliseconds, so that a revoked key stops working soon

/** @param verify without it the header is opaque, and only passed on */
export function authenticate(verify: VerifyAuthorization | undefined): Policy {
  if (!verify) return () => undefined
  const verified = new LRUCache<string, Caller>({
    maxSize: REMEMBERED,
    sizeCalculation: (_caller, token) => token.length + 256,
  })
  return (exchange) => {
    const { authorization } = exchange
    if (authorization === undefined) return
    const known = verified.get(authorization)
    if (known && known.expiresAt > Date.now()) {
      exchange.caller = known
      return
    }
    return verify(authorization).then((caller) => {
      exchange.caller = caller
      const ttl = Math.min((caller?.expiresAt ?? 0) - Date.now(), LONGEST)
      if (caller && ttl > 0) verified.set(authorization, caller, { ttl })
    })
  }
}
