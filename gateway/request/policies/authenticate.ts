/** Verifies the caller's token. Refuses an invalid token; never treats it as none. */
import type { VerifyAuthorization } from '../../../platform/protocol/caller.ts'
import { rememberVerified } from '../../../platform/protocol/verified.ts'
import type { Policy } from '../../exchange/exchange.ts'

/** @param verify without it the header is opaque, and only passed on */
export function authenticate(verify: VerifyAuthorization | undefined): Policy {
  if (!verify) return () => undefined
  const verified = rememberVerified(verify)
  return (exchange) => {
    const { authorization } = exchange
    if (authorization === undefined) return
    const known = verified.known(authorization)
    if (known) {
      exchange.caller = known
      return
    }
    return verified.verify(authorization).then((caller) => {
      exchange.caller = caller
    })
  }
}
