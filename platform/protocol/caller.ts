/** Verifies access tokens, in the gateway and again in every stateful service. */
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose' // MIT, no dependencies; the JOSE library of the Node field
import type { Logger } from '../process/log.ts'
import { type Claims, claimAt } from './claims.ts'
import { demoIdentity } from './demo-identity.ts'
import { codedError } from './errors.ts'
import { type IdentitySettings, type IssuerSettings, issuerDefaults } from './identity-settings.ts'
import { type IssuerKeys, issuerKeys, KeysUnavailable } from './issuer-keys.ts'

/** A caller whose token was verified. */
export interface Caller {
  /** `sub` of the token, behind its issuer's prefix: the customer's id. */
  readonly id: string
  readonly scopes: ReadonlySet<string>
  /** Unix milliseconds. */
  readonly expiresAt: number
  /** `expiresAt`, and what its issuer's clock may differ from ours. */
  readonly trustedUntil: number
  /** All that the token says. */
  readonly claims: Claims
}

/**
 * Resolves to the caller, or `undefined` without a header. Rejects with `UNAUTHENTICATED` for
 * anything that is not a valid token.
 */
export type VerifyAuthorization = (authorization: string | undefined) => Promise<Caller | undefined>

/** A party whose tokens are trusted, and its keys: they verify no other issuer's tokens. */
interface TrustedIssuer extends Omit<IssuerSettings, 'jwks'> {
  readonly keys: IssuerKeys
}

/** Characters; as of the largest header. */
const MOST_TOKEN = 16 * 1024

/** @param log is told why keys cannot be fetched */
export async function createVerifier(
  { issuers, demo }: Pick<IdentitySettings, 'issuers' | 'demo'>,
  log?: Logger,
): Promise<VerifyAuthorization> {
  const trusted = issuers.map((issuer): TrustedIssuer => ({ ...issuer, keys: issuerKeys(issuer.jwks, log) }))
  if (demo) {
    const { issuer, audience, keys } = await demoIdentity(demo.dataDir)
    // The provider of `npm start` signs with the same key, by its address.
    for (const name of [issuer, demo.issuer ?? issuer])
      trusted.push({ ...issuerDefaults, issuer: name, audience: [audience], keys: fixed(keys) })
  }
  const byName = new Map(trusted.map((issuer) => [issuer.issuer, issuer]))
  return async (authorization) => {
    if (authorization === undefined || authorization === '') return undefined
    if (authorization.length > MOST_TOKEN) throw codedError('UNAUTHENTICATED', 'The token is too long.')
    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1]
    if (!token) throw codedError('UNAUTHENTICATED', 'The Authorization header must be "Bearer" and a token.')
    try {
      // Not verified yet: it only chooses whose keys have to fit, and the issuer is checked again.
      const issuer = byName.get(decodeJwt(token).iss ?? '')
      if (!issuer) throw new errors.JWTInvalid('of no trusted issuer')
      return callerOf(await payloadOf(token, issuer), issuer)
    } catch (error) {
      throw refusalOf(error)
    }
  }
}

const fixed = (find: JWTVerifyGetKey): IssuerKeys => ({
  find,
  fetchedAt: () => 0,
  lookAgain: async () => false,
})

const MOST_KEYS = 16 // that are tried for one token

async function payloadOf(token: string, issuer: TrustedIssuer): Promise<JWTPayload> {
  const { keys } = issuer
  const fetchedAt = keys.fetchedAt()
  try {
    return await payloadByKeys(token, issuer)
  } catch (error) {
    if (!(error instanceof errors.JWSSignatureVerificationFailed) || !(await keys.lookAgain(fetchedAt))) throw error
    return payloadByKeys(token, issuer)
  }
}

/** Where a token tells none of several keys (RFC 7515: `kid` is optional), each is tried. */
async function payloadByKeys(token: string, issuer: TrustedIssuer): Promise<JWTPayload> {
  const expected = expectationOf(issuer)
  try {
    return (await jwtVerify(token, issuer.keys.find, expected)).payload
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    let tried = 0
    for await (const key of error) {
      if (tried++ === MOST_KEYS) break
      try {
        return (await jwtVerify(token, key, expected)).payload
      } catch (failed) {
        if (failed instanceof errors.JWTExpired || failed instanceof errors.JWTClaimValidationFailed) throw failed
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

const expectationOf = ({ issuer, audience, algorithms, clockSkew }: TrustedIssuer) => ({
  issuer,
  audience: [...audience],
  algorithms: [...algorithms],
  clockTolerance: clockSkew / 1000, // seconds
  requiredClaims: ['sub', 'exp'],
})

function callerOf(payload: JWTPayload, { scopes, subjectPrefix, clockSkew }: TrustedIssuer): Caller {
  const { sub } = payload as { sub?: unknown } // its presence was checked, not what it is
  if (typeof sub !== 'string' || sub === '') throw new errors.JWTInvalid('the subject is no text')
  const expiresAt = (payload.exp as number) * 1000
  return {
    id: subjectPrefix + sub,
    scopes: new Set(scopesOf(payload, scopes)),
    expiresAt,
    trustedUntil: expiresAt + clockSkew,
    claims: payload,
  }
}

/** A claim of another form grants nothing. */
function scopesOf(payload: JWTPayload, { claim, form }: IssuerSettings['scopes']): readonly string[] {
  const value = claimAt(payload, claim)
  if (form === 'list') return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
  return typeof value === 'string' ? value.split(' ').filter((name) => name !== '') : []
}

const TOKEN_FAULTS: ReadonlySet<string> = new Set([
  errors.JWTClaimValidationFailed.code,
  errors.JWTInvalid.code,
  errors.JWSInvalid.code,
  errors.JWSSignatureVerificationFailed.code,
  errors.JWKSNoMatchingKey.code,
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
])

/** Distinguishes a bad token (the caller's fault) from a key set that cannot be fetched. */
function refusalOf(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return codedError('UNAUTHENTICATED', 'The token has expired.')
  if (error instanceof errors.JOSEError && TOKEN_FAULTS.has(error.code)) {
    return codedError('UNAUTHENTICATED', 'The token is not valid.')
  }
  if (error instanceof KeysUnavailable)
    return codedError('SERVICE_UNAVAILABLE', 'The identity provider does not answer.', { service: 'identity' })
  return codedError('SERVICE_UNAVAILABLE', 'The keys of the identity provider cannot be used.', { service: 'identity' })
}
