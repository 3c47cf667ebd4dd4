/** Verifies access tokens, in the gateway and again in every stateful service. */
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose' // MIT, no dependencies; the JOSE library of the Node field
import { demoIdentity } from './demo-identity.ts'
import { codedError } from './errors.ts'
import type { IdentitySettings } from './identity-settings.ts'

/** A caller whose token was verified. */
export interface Caller {
  /** `sub` of the token: the customer's id. */
  readonly id: string
  readonly scopes: ReadonlySet<string>
  /** Unix milliseconds. */
  readonly expiresAt: number
}

/**
 * Resolves to the caller, or `undefined` without a header. Rejects with `UNAUTHENTICATED` for
 * anything that is not a valid token.
 */
export type VerifyAuthorization = (authorization: string | undefined) => Promise<Caller | undefined>

const CLOCK_TOLERANCE = 30 // seconds by which the provider's clock may differ

export async function createVerifier(settings: IdentitySettings): Promise<VerifyAuthorization> {
  const { issuer, audience, keys } =
    settings.jwksUrl !== undefined
      ? { ...settings, keys: createRemoteJWKSet(new URL(settings.jwksUrl)) as JWTVerifyGetKey }
      : await demoIdentity(settings.dataDir)
  const expected = {
    algorithms: ['RS256', 'EdDSA', 'Ed25519'],
    requiredClaims: ['sub', 'exp'],
    clockTolerance: CLOCK_TOLERANCE,
    issuer,
    audience,
  }
  return async (authorization) => {
    if (authorization === undefined || authorization === '') return undefined
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization)?.[1]
    if (!token) throw codedError('UNAUTHENTICATED', 'The Authorization header must be "Bearer" and a token.')
    try {
      const { payload } = await jwtVerify(token, keys, expected)
      const { sub } = payload as { sub?: unknown } // its presence was checked, not what it is
      if (typeof sub !== 'string' || sub === '') throw new errors.JWTInvalid('the subject is no text')
      const scope = typeof payload['scope'] === 'string' ? payload['scope'] : ''
      return {
        id: sub,
        scopes: new Set(scope.split(' ').filter((name) => name !== '')),
        expiresAt: (payload.exp as number) * 1000,
      }
    } catch (error) {
      throw refusalOf(error)
    }
  }
}

const TOKEN_FAULTS: ReadonlySet<string> = new Set([
  errors.JWTClaimValidationFailed.code,
  errors.JWTInvalid.code,
  errors.JWSInvalid.code,
  errors.JWSSignatureVerificationFailed.code,
  errors.JWKSNoMatchingKey.code,
  errors.JWKSMultipleMatchingKeys.code,
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
])

/** Distinguishes a bad token (the caller's fault) from a key set that cannot be fetched. */
function refusalOf(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return codedError('UNAUTHENTICATED', 'The token has expired.')
  if (error instanceof errors.JOSEError && TOKEN_FAULTS.has(error.code)) {
    return codedError('UNAUTHENTICATED', 'The token is not valid.')
  }
  return codedError('SERVICE_UNAVAILABLE', 'The identity provider does not answer.', { service: 'identity' })
}
