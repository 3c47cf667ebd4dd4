import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { readConfig } from '../../../../gateway/config/load.ts'
import type { ConfigInput } from '../../../../gateway/config/schema.ts'
import { SettingsError } from '../../../../platform/process/settings.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../../support/gateway.ts'
import { type IdentityProvider, startIdentityProvider } from '../../../support/identity-provider.ts'
import { type Shop, startShop } from '../../../support/shop.ts'

const query = '{ orders { id } }'

let shop: Shop
let provider: IdentityProvider
let other: IdentityProvider
let opaque: TestGateway
beforeAll(async () => {
  shop = await startShop()
  provider = await startIdentityProvider()
  other = await startIdentityProvider('https://other.example')
  opaque = await startTestGateway({ services: shop.services })
})
afterAll(() => Promise.all([opaque.stop(), provider.close(), other.close(), shop.close()]))

type Identity = ConfigInput['identity']

/** Starts a gateway that trusts both issuers. */
const start = (identity: Identity, env: Readonly<Record<string, string>> = {}): Promise<TestGateway> => {
  const issuers = [provider, other].map(({ issuer, audience, jwksUrl }) => ({ issuer, audience, jwks: jwksUrl }))
  return startTestGateway({
    services: shop.services,
    env: { STATELESS: 'items', ...env },
    file: `export default ${JSON.stringify({ identity: { issuers, ...identity } })}`,
  })
}

/** The authorization header of the last call to the stateful service. */
const told = (): string | undefined => shop.orders.calls.at(-1)?.headers.authorization

describe('token in a cookie', () => {
  let gateway: TestGateway
  let token: string
  beforeAll(async () => {
    gateway = await start({ token: { cookie: { name: 'session' } } }, { CORS_ORIGINS: 'https://friend.example' })
    token = await provider.token()
  })
  afterAll(() => gateway.stop())
  const cookie = (value = token, more = {}) => ({ cookie: `a=b; session=${value}; c=d`, ...more })
  const outcome = async (headers: Readonly<Record<string, string>>): Promise<string> => {
    const { status, errors, data } = await ask(gateway.url, '{ whoAmI }', headers)
    return `${status} ${errors?.[0]?.extensions['code'] ?? JSON.stringify(data)}`
  }

  test('A token in a cookie identifies the caller, and reaches stateful services as a bearer token', async () => {
    expect(verdict(await ask(gateway.url, query, cookie()))).toBe('200 OK')
    expect(told()).toBe(`Bearer ${token}`)
    expect(shop.orders.calls.at(-1)?.headers['cookie']).toBeUndefined()
  })

  test('A token in a cookie counts for pages of this origin only', async () => {
    const { host } = new URL(gateway.url)
    const seen = async (headers: Record<string, string>): Promise<string | undefined> => {
      await ask(gateway.url, query, cookie(token, headers))
      return told()
    }
    for (const own of [{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, { origin: `http://${host}` }])
      expect([own, await seen(own)]).toEqual([own, `Bearer ${token}`])
    for (const foreign of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://friend.example' },
      { 'sec-fetch-site': 'same-site', origin: `http://${host}` },
      { origin: 'https://friend.example' },
      { origin: 'null' },
      { origin: `https://${host}.evil.example` },
    ])
      expect([foreign, await seen(foreign)]).toEqual([foreign, undefined])
  })

  test("A token in a cookie does not count for a request without a preflight, such as an image's", async () => {
    const url = `${gateway.url}/graphql?${new URLSearchParams({ query })}`
    expect((await fetch(url, { headers: cookie() })).status).toBe(200)
    expect(told()).toBeUndefined()
    expect((await fetch(url, { headers: cookie(token, { 'apollo-require-preflight': '1' }) })).status).toBe(200)
    expect(told()).toBe(`Bearer ${token}`)
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      expect((await fetch(url, { headers: cookie(token, headers) })).status).toBe(403)
  })

  test('A header takes precedence over a cookie, which is refused if it is malformed or repeated', async () => {
    const stranger = await other.token({ sub: 'stranger' })
    await ask(gateway.url, query, cookie(token, { authorization: `Bearer ${stranger}` }))
    expect(told()).toBe(`Bearer ${stranger}`)
    expect(await outcome(cookie(token, { authorization: 'Bearer nonsense' }))).toBe('401 UNAUTHENTICATED')
    expect(await outcome(cookie('nonsense'))).toBe('401 UNAUTHENTICATED')
    expect(await outcome({ cookie: `session=${token}; session=${stranger}` })).toBe('401 UNAUTHENTICATED')
    expect(await outcome({ cookie: `session=${token}; session=${token}` })).toMatch(/^200 {/)
    expect(await outcome({ cookie: `session="${token}"; session=${token}` })).toMatch(/^200 {/)
    expect(told()).toBe(`Bearer ${token}`)
    for (const value of [`"${token}`, `""${token}""`, '"']) expect(await outcome(cookie(value))).toMatch(/^401/)
    expect(await outcome({ cookie: `Session=nonsense; xsession=nonsense; session=` })).toMatch(/^200 {/)
  })

  test('An empty header is no token: the cookie counts', async () => {
    await ask(gateway.url, query, cookie(token, { authorization: '' }))
    expect(told()).toBe(`Bearer ${token}`)
    await ask(gateway.url, query, { authorization: '' })
    expect(told()).toBeUndefined()
    const url = `${gateway.url.replace('http', 'ws')}/graphql`
    class Socket extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols, { headers: cookie(token, { origin: gateway.url }) })
      }
    }
    const client = createClient({
      url,
      webSocketImpl: Socket,
      connectionParams: { authorization: '' },
      retryAttempts: 0,
    })
    for await (const _answer of client.iterate({ query })) break
    expect(told()).toBe(`Bearer ${token}`)
    await client.dispose()
  })

  test.each([
    ['of this origin', (): string => `http://${new URL(gateway.url).host}`, true],
    ['of an origin that may connect', (): string => 'https://friend.example', false],
  ] as const)('A WebSocket is authenticated by %s: %#', async (_what, origin, counts) => {
    const headers = { ...cookie(), origin: origin() }
    class Socket extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols, { headers })
      }
    }
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: Socket,
      retryAttempts: 0,
    })
    for await (const _answer of client.iterate({ query })) break
    expect(told()).toBe(counts ? `Bearer ${token}` : undefined)
    await client.dispose()
  })
})

test('A token in another header, with or without a scheme, reaches services as a bearer token', async () => {
  const token = await provider.token()
  for (const scheme of ['JWT', '']) {
    const gateway = await start({ token: { header: { name: 'X-Access-Token', scheme } } })
    const value = scheme === '' ? token : `jwt ${token}`
    expect(verdict(await ask(gateway.url, query, { 'x-access-token': value }))).toBe('200 OK')
    expect(told()).toBe(`Bearer ${token}`)
    await ask(gateway.url, query, { authorization: `Bearer ${token}` })
    expect(told()).toBeUndefined()
    expect(verdict(await ask(gateway.url, query, { 'x-access-token': `KEY ${token}` }))).toBe('401 UNAUTHENTICATED')
    const wrong = { 'x-access-token': scheme === '' ? `JWT ${token}` : token }
    expect(verdict(await ask(gateway.url, query, wrong))).toBe('401 UNAUTHENTICATED')
    await gateway.stop()
  }
})

test('Where a token is required, only a valid token of a configured issuer is accepted', async () => {
  const gateway = await start({}, { IDENTITY_REQUIRED: 'on' })
  const calls = shop.orders.calls.length + shop.items.calls.length
  for (const headers of [{}, { authorization: '' }, { authorization: 'Bearer x' }] as Record<string, string>[]) {
    expect(verdict(await ask(gateway.url, '{ items { name } }', headers))).toBe('401 UNAUTHENTICATED')
    expect(verdict(await ask(gateway.url, '{ __typename }', headers))).toBe('401 UNAUTHENTICATED')
  }
  expect(shop.orders.calls.length + shop.items.calls.length).toBe(calls)
  for (const issuer of [provider, other, provider])
    expect(verdict(await ask(gateway.url, query, { authorization: `Bearer ${await issuer.token()}` }))).toBe('200 OK')
  // A cache in front of the gateway would answer callers without a token.
  const authorization = `Bearer ${await provider.token()}`
  const { headers, data } = await ask(gateway.url, '{ items(first: 1) { name } }', { authorization })
  expect([data, headers.get('cache-control')]).toEqual([{ items: [{ name: 'item i0' }] }, 'no-store'])
  await gateway.stop()
})

test('A new configuration adds and removes trusted issuers, also for known callers', async () => {
  const gateway = await start({})
  const configured = (...issuers: IdentityProvider[]) =>
    readConfig({
      SUPERGRAPH: gateway.supergraphFile,
      PORT: '0',
      ADMIN_PORT: '0',
      IDENTITY_ISSUERS: JSON.stringify(
        issuers.map(({ issuer, audience, jwksUrl }) => ({ issuer, audience, jwks: jwksUrl })),
      ),
    })
  const verdicts = () =>
    Promise.all(
      tokens.map(async (token) => verdict(await ask(gateway.url, query, { authorization: `Bearer ${token}` }))),
    )
  const tokens = [await provider.token(), await other.token()]
  expect(await verdicts()).toEqual(['200 OK', '200 OK'])
  await gateway.reconfigure(await configured(provider))
  expect(await verdicts()).toEqual(['200 OK', '401 UNAUTHENTICATED'])
  await gateway.reconfigure(await configured(provider, other))
  expect(await verdicts()).toEqual(['200 OK', '200 OK'])
  await gateway.stop()
})

test('Floods of unknown key ids, forged issuers and huge tokens cause one fetch of keys, and known callers are served', async () => {
  const gateway = await start({})
  const calls = shop.orders.calls.length
  const known = { authorization: `Bearer ${await provider.token()}` }
  expect(verdict(await ask(gateway.url, query, known))).toBe('200 OK')
  const before = provider.fetches()
  const tokens = await Promise.all(
    Array.from({ length: 50 }, (_, n) => [
      provider.token({ sub: `${n}` }, 'RS256', { kid: `unknown ${n}` }),
      other.token({ sub: `${n}`, iss: provider.issuer }),
      provider.token({ sub: `${n}`, iss: other.issuer }),
      provider.token({ sub: `${n}`, filling: 'x'.repeat(9_000) }, 'RS256', { kid: `unknown ${n}` }),
    ]).flat(),
  )
  const verdicts = await Promise.all(
    tokens.map(async (token) => verdict(await ask(gateway.url, query, { authorization: `Bearer ${token}` }))),
  )
  expect([...new Set(verdicts)]).toEqual(['401 UNAUTHENTICATED'])
  expect(provider.fetches() - before).toBeLessThanOrEqual(1)
  expect(verdict(await ask(gateway.url, query, known))).toBe('200 OK')
  expect(shop.orders.calls.length).toBe(calls + 2)
  await gateway.stop()
})

test.each<[Record<string, unknown>, string[]]>([
  [{ IDENTITY_ISSUERS: 'https://id.example' }, ['IDENTITY_ISSUERS: ']],
  [{ IDENTITY_ISSUERS: [] }, ['IDENTITY_ISSUERS: must name at least one issuer']],
  [
    { IDENTITY_ISSUERS: [{ issuer: 'a', jwks: 'keys', audience: [], algorithm: 'RS256', algorithms: ['HS256'] }] },
    [
      'IDENTITY_ISSUERS.0.jwks: must be an absolute http or https URL',
      'IDENTITY_ISSUERS.0.audience: ',
      'IDENTITY_ISSUERS.0.algorithms.0: must be of RS256, ',
      'IDENTITY_ISSUERS.0.algorithm: is not a setting; did you mean algorithms?',
    ],
  ],
  [
    {
      IDENTITY_ISSUERS: ['1', '1'].map(() => ({
        issuer: 'a',
        jwks: 'https://a.example/',
        audience: 'a',
        clockSkew: 1e9,
      })),
    },
    [
      'IDENTITY_ISSUERS.0.clockSkew: must be at most 300000 ms',
      'IDENTITY_ISSUERS.1.clockSkew: ',
      'IDENTITY_ISSUERS: must name each issuer once',
    ],
  ],
  [
    { IDENTITY_ISSUERS: ['1', '1'].map(() => ({ issuer: 'a', jwks: 'https://a.example/', audience: 'a' })) },
    ['IDENTITY_ISSUERS: must name each issuer once'],
  ],
  [
    { IDENTITY_ISSUERS: [{ issuer: 'a', jwks: 'https://a.example/', audience: 'a' }], JWT_ISSUER: 'b' },
    ['IDENTITY_ISSUERS: replaces JWT_ISSUER; set one or the other'],
  ],
  [{ IDENTITY_REQUIRED: 'on' }, ['IDENTITY_REQUIRED: needs identity.issuers']],
  [
    {
      IDENTITY_ISSUERS: [{ issuer: 'a', jwks: 'https://a.example/', audience: 'a' }],
      IDENTITY_TOKEN_HEADER_NAME: 'x y',
      IDENTITY_TOKEN_HEADER_SCHEME: 'a b',
      IDENTITY_TOKEN_COOKIE_NAME: 'a;b',
    },
    ['IDENTITY_TOKEN_HEADER_NAME: ', 'IDENTITY_TOKEN_HEADER_SCHEME: ', 'IDENTITY_TOKEN_COOKIE_NAME: '],
  ],
  [{ IDENTITY_ISSUER: 'a' }, ['IDENTITY_ISSUER: is not a setting; did you mean IDENTITY_ISSUERS?']],
])('All wrong identity settings are reported together: %j', async (settings, faults) => {
  const env = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
  const error = await readConfig({ SUPERGRAPH: opaque.supergraphFile, ...env }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(SettingsError)
  const { faults: found } = error as SettingsError
  expect(found.length).toBe(faults.length)
  expect(found).toEqual(
    expect.arrayContaining(faults.map((start) => expect.stringMatching(start.replace(/[[\]]/g, '\\$&')))),
  )
})
