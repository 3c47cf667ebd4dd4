/**
 * Tokens that the gateway verifies, compared with forwarding them unverified. All requests have one
 * caller, whose token is cached after the first.
 */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { sendJson } from '../../platform/http/message/http-error.ts'
import { listen } from '../../platform/http/server/listen.ts'
import type { Point } from './point.ts'

const ISSUER = 'https://identity.example'
const AUDIENCE = 'bench'
const pair = await generateKeyPair('RS256')
const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256' }
const token = await new SignJWT({ scope: 'read write', tenant: 'a tenant', roles: ['buyer', 'seller'] })
  .setProtectedHeader({ alg: 'RS256', kid: 'one' })
  .setIssuer(ISSUER)
  .setAudience(AUDIENCE)
  .setSubject('somebody')
  .setExpirationTime('12h')
  .sign(pair.privateKey)

const SECRET = "secret: 'a secret of sixteen characters'"

export const point: Point = {
  workload: 'one field, unique',
  headers: { authorization: `Bearer ${token}`, cookie: `session=${token}` },
  async beside() {
    const listener = await listen((_request, response) => sendJson(response, 200, { keys: [jwk] }), {
      host: '127.0.0.1',
      port: 0,
    })
    return { url: listener.url, stop: () => listener.drain(0) }
  },
  off: { config: `{ ${SECRET} }` },
  on(url) {
    const issuers = `issuers: [{ issuer: '${ISSUER}', jwks: '${url}', audience: '${AUDIENCE}' }]`
    return {
      'verified, one issuer': { config: `{ ${SECRET}, identity: { ${issuers} } }` },
      'required, with a cookie besides': {
        config: `{ ${SECRET}, identity: { ${issuers}, required: true, token: { cookie: { name: 'session' } } } }`,
      },
      'two claims told': {
        config: `{ ${SECRET}, identity: { ${issuers} }, services: { accounts: stateful({ claims: { 'x-tenant': 'tenant', 'x-roles': 'roles' } }) } }`,
      },
    }
  },
}
