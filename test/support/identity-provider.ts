/**
 * An identity provider on loopback, as a gateway sees it: a key set over HTTP, and tokens signed
 * with its keys.
 */
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK, SignJWT } from 'jose'
import { sendJson } from '../../platform/http/message/http-error.ts'
import { listen } from '../../platform/http/server/listen.ts'
import { type IssuerSettings, issuerDefaults } from '../../platform/protocol/identity-settings.ts'

export type Algorithm = 'RS256' | 'EdDSA'

export interface IdentityProvider {
  readonly jwksUrl: string
  /** Settings of a process that trusts it. */
  readonly env: { readonly JWKS_URL: string; readonly JWT_ISSUER: string; readonly JWT_AUDIENCE: string }
  readonly issuer: string
  readonly audience: string
  /** The issuer's settings for a gateway. */
  settings(more?: Partial<IssuerSettings>): IssuerSettings
  /** Issues a token; claims replace the default ones (`undefined` removes one). */
  token(
    claims?: Readonly<Record<string, unknown>>,
    algorithm?: Algorithm | (string & {}),
    header?: Readonly<Record<string, unknown>>,
  ): Promise<string>
  /** Switches to new signing keys, under new ids or the same. */
  rotate(ids?: 'new' | 'same'): Promise<void>
  /** Publishes other keys than it signs with. */
  publish(keys: readonly JWK[]): void
  /** How often its keys were fetched. */
  fetches(): number
  /** How it handles requests for keys: answers, refuses with 500, or stays silent. */
  behave(how: 'well' | 'badly' | 'silent'): void
  /** The public keys. */
  jwks(): readonly JWK[]
  close(): Promise<void>
}

const CLAIMS = { sub: 'payer', scope: 'banking:read banking:write' }

/** @param algorithms one key each, with the algorithm as its id */
export async function startIdentityProvider(
  issuer = 'https://identity.example',
  algorithms: readonly string[] = ['RS256', 'EdDSA'],
): Promise<IdentityProvider> {
  let generation = ''
  let pairs = new Map<string, GenerateKeyPairResult>()
  let keys: JWK[] = []
  let fetches = 0
  let behaviour: 'well' | 'badly' | 'silent' = 'well'
  const make = async (): Promise<void> => {
    const made = new Map<string, GenerateKeyPairResult>()
    const published: JWK[] = []
    for (const alg of algorithms) {
      const pair = await generateKeyPair(alg, { extractable: true })
      made.set(alg, pair)
      published.push({ ...(await exportJWK(pair.publicKey)), kid: `${generation}${alg}`, alg, use: 'sig' })
    }
    pairs = made
    keys = published
  }
  await make()
  const listener = await listen(
    (_request, response) => {
      fetches += 1
      if (behaviour === 'silent') return
      if (behaviour === 'badly') return sendJson(response, 500, { error: 'no keys today' })
      sendJson(response, 200, { keys })
    },
    { host: '127.0.0.1', port: 0 },
  )
  const audience = 'a bank'
  const jwksUrl = `${listener.url}/jwks.json`
  return {
    jwksUrl,
    issuer,
    audience,
    env: { JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience },
    settings: (more = {}) => ({ ...issuerDefaults, issuer, audience: [audience], jwks: jwksUrl, ...more }),
    async token(claims = {}, algorithm = 'RS256', header = {}) {
      const now = Math.floor(Date.now() / 1000)
      const usual = { ...CLAIMS, iss: issuer, aud: audience, iat: now, exp: now + 300 }
      const pair = pairs.get(algorithm)
      if (!pair) throw new RangeError(`It has no key for ${algorithm}.`)
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: algorithm, kid: `${generation}${algorithm}`, ...header })
        .sign(pair.privateKey)
    },
    async rotate(ids = 'new') {
      if (ids === 'new') generation += '+'
      await make()
    },
    publish(others) {
      keys = [...others]
    },
    fetches: () => fetches,
    behave(how) {
      behaviour = how
    },
    jwks: () => keys,
    close: () => listener.drain(0),
  }
}
