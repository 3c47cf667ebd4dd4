/**
 * The identity provider of the demo: one Ed25519 key, made on first use, kept in the data folder.
 * Never used in production.
 */
import { join } from 'node:path'
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type JWK, type JWTVerifyGetKey, SignJWT } from 'jose'
import { readOrMakeSecret } from '../process/secret-file.ts'
import type { Scope } from './scope.ts'

const ISSUER = 'tributary-demo'
const AUDIENCE = 'tributary'

/** Who can sign in without a password, and what each may do. Their data is in the seed. */
export const demoCallers: Readonly<Record<string, readonly Scope[]>> = {
  payer: ['banking:read', 'banking:write'],
  payee: ['banking:read', 'banking:write'],
  officer: ['banking:read', 'banking:write', 'banking:officer', 'content:preview'],
  // For what takes two officers.
  officer2: ['banking:read', 'banking:write', 'banking:officer'],
}

export interface DemoIdentity {
  readonly issuer: string
  readonly audience: string
  readonly keys: JWTVerifyGetKey
  /** A token for one of `demoCallers`. @param lifetime seconds */
  sign(name: string, lifetime?: number): Promise<string>
}

/**
 * Opens the identity of a data folder; the first process to ask makes the key, and every other
 * finds that one.
 */
export async function demoIdentity(dataDir: string): Promise<DemoIdentity> {
  const jwk = JSON.parse(await readOrMakeSecret(join(dataDir, 'demo-identity.json'), makeKey)) as JWK
  const { d: _private, ...publicKey } = jwk
  const key = await importJWK(jwk, 'EdDSA')
  return {
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: createLocalJWKSet({ keys: [publicKey] }),
    async sign(name, lifetime = 12 * 60 * 60) {
      const scopes = Object.hasOwn(demoCallers, name) ? demoCallers[name] : undefined
      if (!scopes)
        throw new RangeError(`There is no demo caller "${name}": choose ${Object.keys(demoCallers).join(', ')}.`)
      return new SignJWT({ scope: scopes.join(' ') })
        .setProtectedHeader({ alg: 'EdDSA' })
        .setSubject(name)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetime)
        .sign(key)
    },
  }
}

async function makeKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  return JSON.stringify(await exportJWK(privateKey))
}
