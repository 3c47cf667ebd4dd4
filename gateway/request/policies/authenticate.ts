/** Verifies the caller's token. Refuses an invalid token; never treats it as none. */
import type { VerifyAuthorization } from '../../../platform/protocol/caller.ts'
import { authorizationOf, type CredentialsOf, createCredentials } from '../../../platform/protocol/credentials.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { IdentitySettings } from '../../../platform/protocol/identity-settings.ts'
import { rememberVerified } from '../../../platform/protocol/verified.ts'
import type { Exchange, Policy } from '../../exchange/exchange.ts'
import { isOfThisSite } from './cross-site.ts'

interface AuthenticateOptions {
  /** Without it the header is opaque, and only passed on. */
  readonly verify: VerifyAuthorization | undefined
  /** Refuse requests without a token. */
  readonly required: boolean
}

export function authenticate({ verify, required }: AuthenticateOptions): Policy {
  if (!verify) return () => undefined
  const verified = rememberVerified(verify)
  const signedIn: Policy = (exchange) => {
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
  if (!required) return signedIn
  return (exchange) => {
    const pending = signedIn(exchange)
    return pending ? pending.then(() => requireCaller(exchange)) : requireCaller(exchange)
  }
}

function requireCaller({ caller }: Exchange): void {
  if (!caller) throw codedError('UNAUTHENTICATED', 'Sign in first.')
}

/** Where requests carry their token. */
export const credentialsOf = (identity: IdentitySettings | undefined): CredentialsOf =>
  identity ? createCredentials(identity.token, isOfThisSite) : authorizationOf
