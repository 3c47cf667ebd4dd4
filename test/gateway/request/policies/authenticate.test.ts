import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { stopDates } from '../../../support/clock.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../../support/gateway.ts'
import { type IdentityProvider, startIdentityProvider } from '../../../support/identity-provider.ts'
import { type Shop, startShop } from '../../../support/shop.ts'

let shop: Shop
let provider: IdentityProvider
let gateway: TestGateway
const identityEnv = () => ({
  ...provider.env,
  GATEWAY_SECRET: 'a secret of sixteen',
})
const options = () => ({
  services: shop.services,
  env: { ...identityEnv(), STATELESS: 'items' },
  limits: { costPerMinute: 100 },
})
beforeAll(async () => {
  shop = await startShop()
  provider = await startIdentityProvider()
  gateway = await startTestGateway(options())
})
afterAll(async () => {
  await gateway.stop()
  await provider.close()
  await shop.close()
})

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const query = '{ orders { id item { name } } }'

describe('token', () => {
  test('A valid token lets the caller in, and reaches stateful services unchanged', async () => {
    for (const algorithm of ['RS256', 'EdDSA'] as const) {
      const token = await provider.token({}, algorithm)
      expect(verdict(await ask(gateway.url, query, bearer(token)))).toBe('200 OK')
      expect(shop.orders.calls.at(-1)?.headers.authorization).toBe(`Bearer ${token}`)
    }
  })

  test('An invalid token is refused, and no service is called', async () => {
    const seconds = Math.floor(Date.now() / 1000)
    const stranger = await generateKeyPair('EdDSA', { extractable: true })
    const forged = await new SignJWT({ sub: 'payer' })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'EdDSA' })
      .setIssuer(provider.issuer)
      .setAudience(provider.audience)
      .setExpirationTime('5m')
      .sign(stranger.privateKey)
    const named = (kid: string, header: Record<string, string> = {}) =>
      new SignJWT({ sub: 'payer', iss: provider.issuer, aud: provider.audience, exp: seconds + 60 })
        .setProtectedHeader({ alg: 'EdDSA', kid, ...header })
        .sign(stranger.privateKey)
    const symmetric = await new SignJWT({
      sub: 'payer',
      exp: seconds + 60,
      iss: provider.issuer,
      aud: provider.audience,
    })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(JSON.stringify(await exportJWK(stranger.publicKey)).padEnd(32)))
    const good = await provider.token()
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`
    const bad = {
      expired: await provider.token({ exp: seconds - 60 }),
      forged,
      symmetric,
      unsigned,
      'of another issuer': await provider.token({ iss: 'https://other.example' }),
      'for another audience': await provider.token({ aud: 'another bank' }),
      'without an expiry': await provider.token({ exp: undefined }),
      'without a subject': await provider.token({ sub: undefined }),
      'with an empty subject': await provider.token({ sub: '' }),
      'with a number for a subject': await provider.token({ sub: 7 }),
      'that is not valid yet': await provider.token({ nbf: seconds + 600 }),
      'that names a file as its key': await named('../../../../dev/null'),
      'that names where its key is': await named('EdDSA', { jku: 'http://127.0.0.1:1/', x5u: 'http://127.0.0.1:1/' }),
      truncated: good.slice(0, -4),
      nonsense: 'x',
    }
    const calls = shop.orders.calls.length
    for (const [what, token] of Object.entries(bad)) {
      expect([what, verdict(await ask(gateway.url, query, bearer(token)))]).toEqual([what, '401 UNAUTHENTICATED'])
    }
    expect(verdict(await ask(gateway.url, query, { authorization: 'Basic cGF5ZXI6cGF5ZXI=' }))).toBe(
      '401 UNAUTHENTICATED',
    )
    expect(shop.orders.calls.length).toBe(calls)
  })

  test('A token is verified once, and still stops working when it expires', async () => {
    using dates = stopDates()
    const soon = await provider.token({ exp: Math.floor(Date.now() / 1000) + 10 })
    expect(verdict(await ask(gateway.url, '{ whoAmI }', bearer(soon)))).toBe('200 OK')
    dates.step(38_000) // within the tolerance of 30 s
    expect(verdict(await ask(gateway.url, '{ whoAmI }', bearer(soon)))).toBe('200 OK')
    dates.step(3_000)
    expect(verdict(await ask(gateway.url, '{ whoAmI }', bearer(soon)))).toBe('401 UNAUTHENTICATED')
  })

  test('Public data needs no token', async () => {
    expect(verdict(await ask(gateway.url, '{ items { name } }'))).toBe('200 OK')
  })
})

test('A stateless service never learns the caller, only the perspective', async () => {
  shop.items.calls.length = 0
  const officer = await provider.token({ scope: 'banking:read content:preview' })
  await ask(gateway.url, '{ orders { item { name } } items { id stock } }', {
    ...bearer(officer),
    cookie: 'session=1',
    'x-forwarded-for': '203.0.113.7',
    'tributary-perspective': 'preview',
    'user-agent': 'somebody special',
  })
  await ask(gateway.url, '{ items { id stock } }', {
    ...bearer(await provider.token()),
    'tributary-perspective': 'preview',
  })
  expect(shop.items.calls.length).toBeGreaterThan(1)
  const ownHeaders =
    /^(host|connection|content-type|content-length|accept|accept-encoding|accept-language|traceparent|x-request-id|tributary-.+)$/
  for (const { headers } of shop.items.calls) {
    expect(Object.keys(headers).filter((name) => !ownHeaders.test(name))).toEqual([])
  }
  const perspectives = shop.items.calls.map(({ headers }) => headers['tributary-perspective'])
  expect(perspectives.at(-1)).toBe('published')
  expect(perspectives.slice(0, -1)).toEqual(perspectives.slice(0, -1).map(() => 'preview'))
})

describe('budget of a caller', () => {
  test('A budget belongs to one caller, and its refusal says when to retry', async () => {
    const payer = bearer(await provider.token({ sub: 'spender' }))
    const costly = '{ orders(first: 40) { id } }'
    expect(verdict(await ask(gateway.url, costly, payer))).toBe('200 OK')
    expect(verdict(await ask(gateway.url, costly, payer))).toBe('200 OK')
    const refused = await ask(gateway.url, costly, payer)
    expect(verdict(refused)).toBe('429 BUDGET_EXHAUSTED')
    const retryAfter = Number(refused.errors?.[0]?.extensions['retryAfter'])
    expect(retryAfter).toBeGreaterThan(0)
    expect(retryAfter).toBeLessThanOrEqual(60)
    expect(refused.headers.get('retry-after')).toBe(String(retryAfter))
    expect(verdict(await ask(gateway.url, costly, bearer(await provider.token({ sub: 'another' }))))).toBe('200 OK')
  })

  test("Workers on one port share a caller's budget: together they allow no more than one would", async () => {
    const worker = await startTestGateway({ ...options(), env: { ...options().env, GATEWAY_WORKERS: '2' } })
    const spender = bearer(await provider.token({ sub: 'spender of two' }))
    const costly = '{ orders(first: 40) { id } }'
    expect(verdict(await ask(worker.url, costly, spender))).toBe('200 OK')
    expect(verdict(await ask(worker.url, costly, spender))).toBe('429 BUDGET_EXHAUSTED')
    await worker.stop()
  })
})

test('An unavailable identity provider fails signed-in callers only', async () => {
  const away = await startIdentityProvider()
  const token = await away.token()
  const { env } = away
  await away.close()
  const lonely = await startTestGateway({ services: shop.services, env })
  try {
    const answer = await ask(lonely.url, '{ whoAmI }', bearer(token))
    expect(verdict(answer)).toBe('503 SERVICE_UNAVAILABLE')
    expect(JSON.stringify(answer.errors)).not.toContain('127.0.0.1')
    expect(verdict(await ask(lonely.url, '{ items { id } }'))).toBe('200 OK')
  } finally {
    await lonely.stop()
  }
})

test('Without a key set the authorization header is opaque, and reaches stateful services only', async () => {
  const opaque = await startTestGateway({ services: shop.services, env: { STATELESS: 'items' } })
  try {
    shop.items.calls.length = 0
    expect(verdict(await ask(opaque.url, query, { authorization: 'whatever' }))).toBe('200 OK')
    expect(shop.orders.calls.at(-1)?.headers.authorization).toBe('whatever')
    expect(shop.orders.calls.at(-1)?.headers['tributary-signature']).toBeUndefined()
    expect(shop.items.calls.map(({ headers }) => headers.authorization)).toEqual([undefined])
  } finally {
    await opaque.stop()
  }
})
