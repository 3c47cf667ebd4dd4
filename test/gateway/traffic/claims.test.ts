import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readConfig } from '../../../gateway/config/load.ts'
import { claimHeaders, mayTellClaim } from '../../../platform/protocol/claims.ts'
import { createReadSigned } from '../../../subgraphs/shared/signed-request.ts'
import { exampleOf } from '../../support/example.ts'
import { newFolder } from '../../support/folder.ts'
import { ask, composeAt, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts'
import { type Shop, startShop } from '../../support/shop.ts'

const query = '{ orders { id item { stock } } }'
const secret = 'shared with orders, which checks the signature'

let shop: Shop
let staff: IdentityProvider
let customers: IdentityProvider
beforeAll(async () => {
  shop = await startShop()
  staff = await startIdentityProvider('https://staff.example')
  customers = await startIdentityProvider('https://customers.example')
})
afterAll(() => Promise.all([staff.close(), customers.close(), shop.close()]))

/**
 * The claims that one of our services reads from the last call, or the status of its refusal.
 * @param change headers to replace on the way
 */
function seen(change: Record<string, string | undefined> = {}): unknown {
  const { headers, body } = shop.orders.calls.at(-1) ?? { headers: {}, body: '' }
  try {
    const request = { method: 'POST', headers: { ...headers, ...change } }
    return createReadSigned(secret)(request, '/graphql', JSON.stringify(body)).claims
  } catch (error) {
    return (error as { status: number }).status
  }
}

describe('the example of docs/configuration/identity.md', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    const file = (await exampleOf('docs/configuration/identity.md'))
      .replace('https://staff.example/jwks', staff.jwksUrl)
      .replace('https://customers.example/keys', customers.jwksUrl)
    gateway = await startTestGateway({ services: shop.services, env: { STATELESS: 'items' }, file })
  })
  afterAll(() => gateway.stop())

  const asStaff = async (claims = {}) => ({ authorization: `Bearer ${await staff.token({ aud: 'shop', ...claims })}` })

  test('The example of docs/configuration/identity.md trusts both issuers, each by its own rules, and requires a token', async () => {
    const customer = await customers.token({ aud: 'app', scope: undefined, permissions: ['buy'] })
    for (const headers of [await asStaff(), { cookie: `__Host-session=${customer}` }])
      expect(verdict(await ask(gateway.url, query, headers))).toBe('200 OK')
    const late = Math.floor(Date.now() / 1000) - 10
    for (const headers of [
      {},
      { authorization: `Bearer ${await customers.token({ aud: 'app', exp: late })}` },
      { authorization: `Bearer ${await customers.token({ aud: 'app' }, 'EdDSA')}` },
      { authorization: `Bearer ${await staff.token({ aud: 'app' })}` },
      { cookie: `__Host-session=${customer}`, 'sec-fetch-site': 'cross-site' },
    ])
      expect(verdict(await ask(gateway.url, query, headers))).toBe('401 UNAUTHENTICATED')
  })

  test('The example of docs/configuration/identity.md sends signed claims to the stateful service, and none to the stateless one', async () => {
    shop.items.calls.length = 0
    const claims = { tenant: 'Straße 7', access: { roles: ['buyer', 'käufer'] } }
    await ask(gateway.url, query, { ...(await asStaff(claims)), 'x-tenant': 'forged', 'tributary-claims': 'x-forged' })
    const told = { 'x-roles': '["buyer","k\\u00e4ufer"]', 'x-tenant': '"Stra\\u00dfe 7"' }
    expect(shop.orders.calls.at(-1)?.headers).toMatchObject({ ...told, 'tributary-claims': 'x-roles,x-tenant' })
    expect(seen()).toEqual(told)
    expect(shop.items.calls.map(({ headers }) => [headers['x-tenant'], headers['tributary-claims']])).toEqual([
      [undefined, undefined],
    ])
  })

  test('Changing, adding or removing a claim on the way breaks the signature', async () => {
    await ask(gateway.url, query, await asStaff({ tenant: 'a' }))
    expect(seen()).toEqual({ 'x-tenant': 'a' })
    for (const change of [
      { 'x-tenant': 'b' },
      { 'x-tenant': undefined },
      { 'tributary-claims': 'x-tenant,x-roles', 'x-roles': '["admin"]' },
      { 'tributary-claims': undefined },
      { 'tributary-claims': '' },
      { 'tributary-claims': 'x-roles', 'x-roles': 'a' },
    ])
      expect([change, seen(change)]).toEqual([change, 403])
  })

  test('For a token without the configured claims, the service gets an empty set of claims', async () => {
    await ask(gateway.url, query, await asStaff())
    expect(seen()).toEqual({})
    expect(shop.orders.calls.at(-1)?.headers['x-tenant']).toBeUndefined()
    expect(seen({ 'tributary-claims': 'x-tenant', 'x-tenant': 'a' })).toBe(403)
  })
})

test.each<[unknown, string]>([
  ['plain text', 'plain text'],
  ['a;b, c\\d', 'a;b, c\\d'],
  ['', '""'],
  [' a', '" a"'],
  ['a ', '"a "'],
  ['a\r\nx-admin: 1', '"a\\r\\nx-admin: 1"'],
  ['"a"', '"\\"a\\""'],
  ['[1]', '"[1]"'],
  ['{', '"{"'],
  ['\u007f', '"\\u007f"'],
  ['😀', '"\\ud83d\\ude00"'],
  [7, '7'],
  [false, 'false'],
  [{ a: ['ä'] }, '{"a":["\\u00e4"]}'],
])('A claim of %j is sent as %s', (claim, value) => {
  expect(claimHeaders({ 'x-claim': ['claim'] }, { claim })).toEqual([['x-claim', value]])
})

test('Other headers carry no claim', () => {
  const taken = [
    'authorization',
    'cookie',
    'content-length',
    'host',
    'te',
    'tributary-signature',
    'x-request-id',
    'a b',
  ]
  expect(taken.filter(mayTellClaim)).toEqual([])
  expect(['x-tenant', 'x-hasura-user-id', 'tenant'].filter(mayTellClaim)).toEqual([
    'x-tenant',
    'x-hasura-user-id',
    'tenant',
  ])
})

test('Claims for a stateless service, of opaque tokens or in a used header are refused with an explanation', async () => {
  const folder = await newFolder()
  const SUPERGRAPH = join(folder, 'supergraph.graphql')
  await writeFile(SUPERGRAPH, composeAt(shop.services))
  const faults = (env: Record<string, string>) =>
    readConfig({ SUPERGRAPH, STATELESS: 'items', ...env }).catch((error: Error) => error.message)
  const issuers = { JWKS_URL: staff.jwksUrl, JWT_ISSUER: staff.issuer, JWT_AUDIENCE: 'shop' }
  const claims = JSON.stringify({ 'x-tenant': 'tenant' })
  expect(await faults({ SERVICES_ORDERS_CLAIMS: claims })).toContain('SERVICES_ORDERS_CLAIMS: needs identity.issuers')
  expect(await faults({ ...issuers, SERVICES_ORDERS_CLAIMS: claims })).toMatchObject({ identity: {} })
  expect(await faults({ ...issuers, SERVICES_ORDERS_CLAIMS: JSON.stringify({ Cookie: 'tenant' }) })).toContain(
    'must be a header that means nothing else',
  )
  const file = join(folder, 'tributary.config.mjs')
  await writeFile(file, `export default { services: { items: { kind: 'stateless', claims: ${claims} } } }`)
  await expect(readConfig({ SUPERGRAPH, ...issuers }, file)).rejects.toThrow(
    'services.items.claims: is for stateful services: what a stateless one answers is shared by all callers',
  )
})
