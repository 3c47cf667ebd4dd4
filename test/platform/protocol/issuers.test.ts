import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { base64url, exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { createLogger } from '../../../platform/process/log.ts'
import { createVerifier, type VerifyAuthorization } from '../../../platform/protocol/caller.ts'
import type { IssuerSettings } from '../../../platform/protocol/identity-settings.ts'
import { type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts'

const MINUTE = 60_000 // milliseconds
const codeOf = (error: { extensions?: { code?: unknown } }): unknown => error.extensions?.code

/** The subject, or the code of the refusal. */
const verdictOf = (verify: VerifyAuthorization, token: string): Promise<unknown> =>
  verify(`Bearer ${token}`).then((caller) => caller?.id, codeOf)

let bank: IdentityProvider
let shop: IdentityProvider
beforeAll(async () => {
  bank = await startIdentityProvider('https://bank.example')
  shop = await startIdentityProvider('https://shop.example')
})
afterAll(() => Promise.all([bank.close(), shop.close()]))

describe('several issuers', () => {
  let verify: VerifyAuthorization
  beforeAll(async () => {
    const issuers = [bank.settings(), shop.settings({ audience: ['goods', 'services'] })]
    verify = await createVerifier({ issuers })
  })

  test("A token of each issuer is verified with that issuer's keys and audience", async () => {
    expect(await verdictOf(verify, await bank.token())).toBe('payer')
    for (const aud of ['goods', 'services', ['other', 'services']])
      expect(await verdictOf(verify, await shop.token({ aud }))).toBe('payer')
    expect(await verdictOf(verify, await shop.token())).toBe('UNAUTHENTICATED')
    expect(await verdictOf(verify, await bank.token({ aud: 'goods' }))).toBe('UNAUTHENTICATED')
  })

  test("A key of one issuer signs no token in another's name", async () => {
    expect(bank.jwks().map(({ kid }) => kid)).toEqual(shop.jwks().map(({ kid }) => kid))
    for (const token of [
      await shop.token({ iss: bank.issuer }),
      await bank.token({ iss: shop.issuer, aud: 'goods' }),
      await shop.token({ iss: [bank.issuer, shop.issuer], aud: 'goods' }),
      await shop.token({ iss: `${shop.issuer}/`, aud: 'goods' }),
      await shop.token({ iss: '__proto__', aud: 'goods' }),
      await shop.token({ iss: undefined, aud: 'goods' }),
    ])
      expect(await verdictOf(verify, token)).toBe('UNAUTHENTICATED')
  })

  test('A huge token is refused before it is parsed', async () => {
    const read = jest.spyOn(JSON, 'parse')
    const huge = await bank.token({ filling: 'x'.repeat(1_000_000) })
    const before = read.mock.calls.length
    expect(await verdictOf(verify, huge)).toBe('UNAUTHENTICATED')
    expect(read.mock.calls.length).toBe(before)
    read.mockRestore()
  })
})

describe('algorithms', () => {
  const all = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const
  let provider: IdentityProvider
  beforeAll(async () => {
    provider = await startIdentityProvider('https://all.example', all)
  })
  afterAll(() => provider.close())

  test.each(all)('A token signed with %s is verified, and refused where the setting leaves it out', async (name) => {
    const token = await provider.token({}, name)
    const allBut = all.filter((other) => other !== name)
    expect(await verdictOf(await createVerifier({ issuers: [provider.settings()] }), token)).toBe('payer')
    const without = await createVerifier({ issuers: [provider.settings({ algorithms: allBut })] })
    expect(await verdictOf(without, token)).toBe('UNAUTHENTICATED')
  })

  test('No public key is accepted as a shared secret, and no unsigned token', async () => {
    const verify = await createVerifier({ issuers: [bank.settings()] })
    const [header, payload = '', signature] = (await bank.token()).split('.')
    const [jwk] = bank.jwks()
    const pem = await exportSPKI((await importJWK({ ...jwk }, 'RS256')) as Parameters<typeof exportSPKI>[0])
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
    const forged = await Promise.all(
      (['HS256', 'HS384', 'HS512'] as const).flatMap((alg) =>
        [pem, pem.trim(), JSON.stringify(jwk)].map((secret) =>
          new SignJWT(claims)
            .setProtectedHeader({ alg, kid: 'RS256' })
            .sign(new TextEncoder().encode(secret.padEnd(64))),
        ),
      ),
    )
    for (const alg of ['none', 'None', 'NONE', '', 'RS256 ', 'rs256', '__proto__'])
      for (const end of ['', signature]) forged.push(`${base64url.encode(JSON.stringify({ alg }))}.${payload}.${end}`)
    forged.push(`${header}.${payload}.${signature}.${signature}`, `${header}..${signature}`, `${header}.${payload}`)
    // A key that the token itself contains.
    const own = await generateKeyPair('ES256', { extractable: true })
    forged.push(
      await new SignJWT(claims)
        .setProtectedHeader({
          alg: 'ES256',
          kid: 'RS256',
          jwk: { kty: 'EC' },
          x5u: 'http://127.0.0.1:1',
          crit: ['b64'],
          b64: true,
        })
        .sign(own.privateKey),
    )
    for (const token of forged) expect([token, await verdictOf(verify, token)]).toEqual([token, 'UNAUTHENTICATED'])
    expect(await verdictOf(verify, await bank.token())).toBe('payer')
  })
})

test.each<[string, Partial<IssuerSettings>, Record<string, unknown>, string[]]>([
  ['text', {}, { scope: 'a  b ' }, ['a', 'b']],
  ['text of another name', { scopes: { claim: ['scp'], form: 'text' } }, { scp: 'a b', scope: 'c' }, ['a', 'b']],
  ['a list', { scopes: { claim: ['permissions'], form: 'list' } }, { permissions: ['a b', 'c', 7] }, ['a b', 'c']],
  ['a nested list', { scopes: { claim: ['realm', 'roles'], form: 'list' } }, { realm: { roles: ['a'] } }, ['a']],
  ['a list where text is meant', {}, { scope: ['a'] }, []],
  ['text where a list is meant', { scopes: { claim: ['scope'], form: 'list' } }, { scope: 'a' }, []],
  ['what every object has', { scopes: { claim: ['constructor', 'name'], form: 'text' } }, {}, []],
])('Scopes are read from %s', async (_what, settings, claims, scopes) => {
  const verify = await createVerifier({ issuers: [bank.settings(settings)] })
  expect([...((await verify(`Bearer ${await bank.token(claims)}`))?.scopes ?? [])]).toEqual(scopes)
})

test('A prefix distinguishes equal subjects of two issuers', async () => {
  const verify = await createVerifier({ issuers: [bank.settings(), shop.settings({ subjectPrefix: 'shop|' })] })
  expect(await verdictOf(verify, await bank.token())).toBe('payer')
  expect(await verdictOf(verify, await shop.token())).toBe('shop|payer')
})

test('Each issuer has its own clock tolerance', async () => {
  const verify = await createVerifier({
    issuers: [bank.settings({ clockSkew: 0 }), shop.settings({ clockSkew: 120_000 })],
  })
  const now = Math.floor(Date.now() / 1000)
  for (const claims of [{ exp: now - 100 }, { nbf: now + 100 }]) {
    expect(await verdictOf(verify, await bank.token(claims))).toBe('UNAUTHENTICATED')
    expect(await verdictOf(verify, await shop.token(claims))).toBe('payer')
  }
})

describe('keys of an issuer', () => {
  let provider: IdentityProvider
  let verify: VerifyAuthorization
  let later = 0
  beforeEach(async () => {
    later = 0
    const now = performance.now.bind(performance)
    jest.spyOn(performance, 'now').mockImplementation(() => now() + later)
    provider = await startIdentityProvider()
    verify = await createVerifier({ issuers: [provider.settings()] })
  })
  afterEach(async () => {
    jest.restoreAllMocks()
    await provider.close()
  })
  const sees = async (token: string | Promise<string>) => verdictOf(verify, await token)
  const strangers = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, n) => sees(provider.token({}, 'RS256', { kid: `stranger ${n}` }))),
    )

  test('Keys are fetched once for all requests that need them at the same time', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => provider.token()))
    expect(await Promise.all(tokens.map(sees))).toEqual(tokens.map(() => 'payer'))
    expect(provider.fetches()).toBe(1)
  })

  test('A new key works at once, and a flood of unknown key ids has them fetched once a minute', async () => {
    expect(await sees(provider.token())).toBe('payer')
    await provider.rotate()
    expect(await sees(provider.token())).toBe('payer')
    expect(provider.fetches()).toBe(2)
    for (const fetches of [2, 2, 3]) {
      if (fetches === 3) later += MINUTE
      expect(new Set(await strangers(50))).toEqual(new Set(['UNAUTHENTICATED']))
      expect(await sees(provider.token())).toBe('payer')
      expect(provider.fetches()).toBe(fetches)
    }
  })

  test.each([
    ['under the id of the old one', {}],
    ['without an id', { kid: undefined }],
  ])('A new key %s works at once, and forged signatures have keys fetched once a minute', async (_how, header) => {
    const token = () => provider.token({}, 'RS256', header)
    expect(await sees(token())).toBe('payer')
    const forged = await token()
    await provider.rotate('same')
    const tokens = await Promise.all(Array.from({ length: 20 }, token))
    expect(await Promise.all(tokens.map(sees))).toEqual(Array(20).fill('payer'))
    expect(provider.fetches()).toBe(2)
    for (const fetches of [2, 2, 3]) {
      if (fetches === 3) later += MINUTE
      expect(await Promise.all(Array.from({ length: 20 }, () => sees(forged)))).toEqual(
        Array(20).fill('UNAUTHENTICATED'),
      )
      expect(await sees(token())).toBe('payer')
      expect(provider.fetches()).toBe(fetches)
    }
  })

  test('The log says once a minute why keys cannot be fetched', async () => {
    const logged = createLogger('test', 'silent')
    const error = jest.spyOn(logged, 'error')
    const other = await startIdentityProvider()
    const told = await createVerifier({ issuers: [other.settings({ jwks: `${other.jwksUrl}?key=hidden` })] }, logged)
    other.behave('badly')
    for (const lines of [1, 1, 2]) {
      later += lines === 2 ? MINUTE : 3_000
      expect(await verdictOf(told, await other.token())).toBe('SERVICE_UNAVAILABLE')
      expect(error).toHaveBeenCalledTimes(lines)
    }
    expect(error).toHaveBeenLastCalledWith(
      { err: new Error('answered 500'), jwks: other.jwksUrl },
      'the keys of an issuer cannot be fetched',
    )
    await other.close()
  })

  test('An entry of the key set that is no key is skipped', async () => {
    provider.publish([null, 7, 'key', [], {}, ...provider.jwks()] as JWK[])
    expect(await sees(provider.token())).toBe('payer')
  })

  test.each<[string, readonly unknown[]]>([
    ['no keys', []],
    ['no key for signatures', [null, {}, { kty: 'oct', k: 'AAAA' }, { kty: 'RSA', n: 'AQAB', e: 'AQAB', use: 'enc' }]],
  ])('An issuer that answers %s is unavailable at first, and loses known keys after an hour', async (_what, none) => {
    const own = provider.jwks()
    provider.publish(none as JWK[])
    expect(await sees(provider.token())).toBe('SERVICE_UNAVAILABLE')
    later += 2_000
    provider.publish(own)
    for (const pause of [11, 11, 48]) {
      expect(await sees(provider.token())).toBe('payer')
      provider.publish(none as JWK[])
      later += pause * MINUTE
    }
    const unknown = () => sees(provider.token({}, 'RS256', { kid: 'new' })) // waits until keys were looked at
    expect(await unknown()).toBe('SERVICE_UNAVAILABLE')
    expect(await sees(provider.token())).toBe('payer')
    later += MINUTE
    expect(await unknown()).toBe('SERVICE_UNAVAILABLE')
    expect(await sees(provider.token())).toBe('SERVICE_UNAVAILABLE')
    provider.publish(own)
    later += MINUTE
    expect(await sees(provider.token())).toBe('payer')
  })

  test('A revoked key stops working when its key set is fetched again', async () => {
    const old = await provider.token()
    expect(await sees(old)).toBe('payer')
    await provider.rotate()
    expect(await sees(old)).toBe('payer')
    later += 11 * MINUTE
    expect(await sees(old)).toBe('UNAUTHENTICATED')
  })

  test.each(['badly', 'silent'] as const)(
    'While the key server behaves %s, known keys work, and unknown ones fail as unavailable',
    async (how) => {
      const known = await provider.token()
      expect(await sees(known)).toBe('payer')
      provider.behave(how)
      const timeout = AbortSignal.timeout.bind(AbortSignal)
      jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(50))
      later += 11 * MINUTE
      expect(await sees(known)).toBe('payer')
      expect(await sees(provider.token({}, 'RS256', { kid: 'new' }))).toBe('SERVICE_UNAVAILABLE')
      later += 60 * MINUTE
      expect(await sees(known)).toBe('payer')
    },
  )

  test('While the key server is down it is called once a minute, and known keys do not wait for it', async () => {
    expect(await sees(provider.token())).toBe('payer')
    provider.behave('badly')
    for (let round = 1; round <= 3; round += 1) {
      later += 11 * MINUTE
      for (let n = 0; n < 5; n += 1) expect(await sees(provider.token())).toBe('payer')
      expect(new Set(await strangers(10))).toEqual(new Set(['SERVICE_UNAVAILABLE']))
      expect(provider.fetches()).toBe(1 + round)
    }
    provider.behave('well')
    later += MINUTE
    await provider.rotate()
    expect(await sees(provider.token())).toBe('payer')
  })

  test('A key server that was down for the first token is called again soon', async () => {
    provider.behave('badly')
    for (let n = 0; n < 5; n += 1) expect(await sees(provider.token())).toBe('SERVICE_UNAVAILABLE')
    expect(provider.fetches()).toBe(1)
    provider.behave('well')
    later += 2_000
    expect(await sees(provider.token())).toBe('payer')
  })

  test('A new configuration keeps the keys of the old one, even while their server is down', async () => {
    expect(await sees(provider.token())).toBe('payer')
    provider.behave('badly')
    const next = await createVerifier({ issuers: [provider.settings({ audience: ['a bank', 'a shop'] })] })
    expect(await verdictOf(next, await provider.token({ aud: 'a shop' }))).toBe('payer')
  })

  test('A token without a key id is verified with the matching one of a limited number of keys', async () => {
    const own = provider.jwks()
    const weak = { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'RS256' }
    provider.publish([...bank.jwks(), weak, ...own])
    const unnamed = (claims = {}) => provider.token(claims, 'RS256', { kid: undefined })
    for (const token of [unnamed(), provider.token()]) expect(await sees(token)).toBe('payer')
    const others = [unnamed({ exp: 1 }), unnamed({ aud: 'x' }), unnamed({ sub: 5 })]
    const unsigned = (await unnamed()).replace(/[^.]*$/, 'AAAA')
    for (const token of [...others, unsigned, shop.token({ iss: provider.issuer })])
      expect(await sees(token)).toBe('UNAUTHENTICATED')
    provider.publish([...Array.from({ length: 20 }, () => bank.jwks()).flat(), ...own])
    later += 11 * MINUTE
    expect(await sees(unnamed())).toBe('UNAUTHENTICATED')
  })

  test('An issuer with unavailable keys does not affect tokens of another', async () => {
    provider.behave('badly')
    const both = await createVerifier({ issuers: [provider.settings(), bank.settings()] })
    expect(await verdictOf(both, await provider.token())).toBe('SERVICE_UNAVAILABLE')
    expect(await verdictOf(both, await bank.token())).toBe('payer')
  })
})
