/**
 * The demo's identity provider: one Ed25519 key, created on first use and kept in the data folder.
 * Never used in production.
 */
import { join } from 'node:path'
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTVerifyGetKey,
  SignJWT,
} from 'jose'
import { readOrMakeSecret } from '../process/secret-file.ts'
import { StartRefused } from '../process/settings.ts'
import type { Scope } from './scope.ts'

const ISSUER = 'tributary-demo'
const AUDIENCE = 'tributary'

/** Callers who sign in without a password, with their scopes. The seed holds their data. */
export const demoCallers: Readonly<Record<string, readonly Scope[]>> = {
  payer: ['banking:read', 'banking:write'],
  payee: ['banking:read', 'banking:write'],
  officer: ['banking:read', 'banking:write', 'banking:officer', 'content:preview'],
  // For changes that need two officers.
  officer2: ['banking:read', 'banking:write', 'banking:officer'],
}

/** What applications ask the demo's provider for: everything that a demo caller may do. */
export const demoScope = ['openid', 'profile', ...new Set(Object.values(demoCallers).flat())].join(' ')

interface DemoIdentity {
  readonly issuer: string
  readonly audience: string
  readonly keys: JWTVerifyGetKey
  /** The private key, named by its thumbprint. Never to leave this machine. */
  readonly privateKey: JWK
  /** A token for one of `demoCallers`. @param lifetime seconds */
  sign(name: string, lifetime?: number): Promise<string>
}

/**
 * Opens the identity of a data folder. The first process creates the key, and every other reads it.
 */
export async function demoIdentity(dataDir: string): Promise<DemoIdentity> {
  const jwk = JSON.parse(await readOrMakeSecret(join(dataDir, 'demo-identity.json'), makeKey)) as JWK
  const privateKey = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' }
  const { d: _private, ...publicKey } = privateKey
  const key = await importJWK(jwk, 'EdDSA')
  return {
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: createLocalJWKSet({ keys: [publicKey] }),
    privateKey,
    async sign(name, lifetime = 12 * 60 * 60) {
      const scopes = Object.hasOwn(demoCallers, name) ? demoCallers[name] : undefined
      if (!scopes)
        throw new StartRefused(`There is no demo caller "${name}": choose ${Object.keys(demoCallers).join(', ')}.`)
      return new SignJWT({ scope: scopes.join(' ') })
        .setProtectedHeader({ alg: 'EdDSA', kid: privateKey.kid })
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
