import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readAnswer } from '../../support/answer.ts'
import { ask, type Operation, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { itemsSdl, type Shop, startShop } from '../../support/shop.ts'
import { startUpstream, type Upstream } from '../../support/upstream.ts'

const diarySdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { mine: Diary }
  type Diary @key(fields: "id") { id: ID! owner: String! favourite: Item }
  type Item @key(fields: "id", resolvable: false) { id: ID! }
`

let diary: Upstream
let shop: Shop
let gateway: TestGateway
beforeAll(async () => {
  // A careless stateful service: it answers with the caller's name, and allows public caching.
  diary = await startUpstream(async ({ request, response }) => {
    await new Promise((resolve) => setImmediate(resolve))
    response.setHeader('cache-control', 'public, max-age=3600')
    response.setHeader('etag', '"the same for all"')
    const owner = request.headers.authorization ?? 'nobody'
    const favourite = { __typename: 'Item', id: `of ${owner}` }
    return { data: { mine: { __typename: 'Diary', id: '1', owner, favourite } } }
  })
  shop = await startShop()
  gateway = await startTestGateway({
    services: [
      { name: 'diary', sdl: diarySdl, url: diary.url },
      { name: 'items', sdl: itemsSdl, url: shop.items.url },
    ],
    env: { STATELESS: 'items' },
  })
})
afterAll(async () => {
  await gateway.stop()
  await diary.stop()
  await shop.close()
})

const query = '{ mine { owner favourite { name } } }'
const callers = Array.from({ length: 20 }, (_, n) => `Bearer caller-${n}`)
const hash = createHash('sha256').update(query).digest('hex')
const persisted = { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }
const get = async (authorization: string, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { authorization, ...headers } })

describe('callers', () => {
  test.each<[string, Operation]>([
    ['identical queries in flight', { query }],
    ['identical persisted queries', { query, ...persisted }],
    ['identical aliases', { query: '{ mine { owner: owner favourite { name } } }' }],
    [
      'identical variables',
      { query: 'query ($w: Boolean = true) { mine { owner favourite @include(if: $w) { name } } }' },
    ],
  ])('No caller gets the data of another: by %s', async (_how, operation) => {
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(callers.map((authorization) => ask(gateway.url, operation, { authorization })))
      expect(answers.map(({ data }) => data)).toEqual(
        callers.map((owner) => ({ mine: { owner, favourite: { name: `item of ${owner}` } } })),
      )
    }
  })

  test('No cache between client and gateway keeps private data', async () => {
    for (const authorization of callers.slice(0, 2)) {
      const response = await get(authorization)
      expect([response.headers.get('cache-control'), response.headers.get('etag')]).toEqual(['no-store', null])
      expect((await readAnswer(response)).data.mine.owner).toBe(authorization)
    }
    const conditional = await get(callers[1] as string, { 'if-none-match': '"the same for all"' })
    expect(conditional.status).toBe(200)
  })

  test('A signed-out caller gets no data of one who signed in before', async () => {
    await ask(gateway.url, query, { authorization: 'Bearer caller-0' })
    expect((await ask(gateway.url, query)).data.mine.owner).toBe('nobody')
  })

  test("A client cannot forge the gateway's own headers", async () => {
    shop.items.calls.length = 0
    const fake = { 'tributary-perspective': 'preview', 'tributary-signature': 'x', 'x-forwarded-user': 'caller-1' }
    const answer = await ask(gateway.url, '{ mine { owner favourite { stock } } }', {
      authorization: 'Bearer caller-0',
      ...fake,
    })
    expect(answer.data.mine.owner).toBe('Bearer caller-0')
    expect(shop.items.calls[0]?.headers).not.toMatchObject({ 'tributary-perspective': expect.anything() })
    expect(shop.items.calls[0]?.headers).not.toHaveProperty('x-forwarded-user')
  })
})

describe('public answers', () => {
  const items = () => fetch(`${gateway.url}/graphql?query={items(first:2){name}}`)

  test('A fully public answer may be cached as long as its parts, has an Age header, and is not sent twice', async () => {
    const first = await items()
    expect(first.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/)
    expect(Number(first.headers.get('age'))).toBeGreaterThanOrEqual(0)
    const etag = first.headers.get('etag') ?? ''
    const again = await fetch(first.url, { headers: { 'if-none-match': etag } })
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
    // A proxy that compresses makes tags weak (RFC 9110, section 13.1.2).
    for (const known of [`W/${etag}`, `"another", ${etag}`, '*'])
      expect((await fetch(first.url, { headers: { 'if-none-match': known } })).status).toBe(304)
    expect((await fetch(first.url, { headers: { 'if-none-match': '"another", W/"third"' } })).status).toBe(200)
  })

  test.each([
    ['something private', '{ items(first: 1) { name } mine { id } }'],
    ['something that must not be kept', '{ items(first: 1) { name } clock }'],
    ['nothing of a service', '{ __typename }'],
  ])('An answer with %s must not be cached', async (_what, text) => {
    expect((await ask(gateway.url, text)).headers.get('cache-control')).toBe('no-store')
  })
})
