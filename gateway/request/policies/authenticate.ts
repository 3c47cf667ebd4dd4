/** Verifies the caller's token. Refuses an invalid token; never treats it as none. */
import type { VerifyAuthorization } from '../../../platform/protocol/caller.ts'
import { authorizationOf, type CredentialsOf, createCredentials } from '../../../platform/protocol/credentials.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { IdentitySettings } from '../../../platform/protocol/identity-settings.ts'
import { rememberVerified } from '../../../platform/protocol/verified.ts'
import type { Exchange, Policy } from '../../exchange/exchange.ts'
import { isOfThisSite } from './cross-site.ts'

/** `undefined` without `verify`: the header is then opaque, and only passed on. */
export function authenticate(verify: VerifyAuthorization | undefined): Policy | undefined {
  if (!verify) return undefined
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

/** Refuses requests without a token. A shared cache would give its answers to them. */
export function requireCaller({ caller, headers }: Exchange): void {
  if (!caller) throw codedError('UNAUTHENTICATED', 'Sign in first.')
  headers.set('cache-control', 'no-store')
}

/** Where requests carry their token. */
export const credentialsOf = (identity: IdentitySettings | undefined): CredentialsOf =>
  identity ? createCredentials(identity.token, isOfThisSite) : authorizationOf
