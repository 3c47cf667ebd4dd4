/**
 * A real identity provider on loopback, as far as a gateway sees one: a key set over HTTP and
 * tokens signed with its keys.
 */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { sendJson } from '../../platform/http/message/http-error.ts'
import { listen } from '../../platform/http/server/listen.ts'

export type Algorithm = 'RS256' | 'EdDSA'

export interface IdentityProvider {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
  /** A token of its own; claims replace the usual ones (`undefined` leaves one out). */
  token(claims?: Readonly<Record<string, unknown>>, algorithm?: Algorithm): Promise<string>
  close(): Promise<void>
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const pairs = {
    RS256: await generateKeyPair('RS256', { extractable: true }),
    EdDSA: await generateKeyPair('EdDSA', { extractable: true }),
  }
  const algorithms = ['RS256', 'EdDSA'] as const
  const keys = await Promise.all(
    algorithms.map(async (alg) => ({ ...(await exportJWK(pairs[alg].publicKey)), kid: alg, alg, use: 'sig' })),
  )
  const listener = await listen((_request, response) => sendJson(response, 200, { keys }), {
    host: '127.0.0.1',
    port: 0,
  })
  const issuer = 'https://identity.example'
  const audience = 'a bank'
  return {
    jwksUrl: `${listener.url}/jwks.json`,
    issuer,
    audience,
    token(claims = {}, algorithm = 'RS256') {
      const now = Math.floor(Date.now() / 1000)
      const usual = {
        sub: 'payer',
        scope: 'banking:read banking:write',
        iss: issuer,
        aud: audience,
        iat: now,
        exp: now + 300,
      }
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: algorithm, kid: algorithm })
        .sign(pairs[algorithm].privateKey)
    },
    close: () => listener.drain(0),
  }
}
