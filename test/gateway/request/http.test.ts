import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
// MIT; the reference audits of the GraphQL over HTTP specification.
import { serverAudits } from 'graphql-http'
import { readAnswer } from '../../support/answer.ts'
import { ask, verdict } from '../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../support/shop-gateway.ts'

let gateway: ShopGateway
beforeAll(async () => {
  gateway = await startShopGateway({ env: { CORS_ORIGINS: 'https://app.example' } })
})
afterAll(() => gateway.stop())

const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  readAnswer(
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    }),
  )

describe('GraphQL over HTTP', () => {
  test.each(serverAudits({ url: () => `${gateway.url}/graphql` }).map((audit) => [audit.name, audit] as const))(
    'The audit of GraphQL over HTTP passes: %s',
    async (_name, audit) => {
      const result = await audit.fn()
      expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok')
    },
  )

  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown operation name', { query: 'query A { __typename }', operationName: 'B' }, '400 BAD_USER_INPUT'],
    ['two operations and no name', { query: 'query A { __typename } query B { __typename }' }, '400 BAD_USER_INPUT'],
    ['no operation', { query: 'fragment F on Query { __typename }' }, '400 BAD_USER_INPUT'],
    ['no query', {}, '400 BAD_USER_INPUT'],
    ['a query that is no string', { query: 7 }, '400 BAD_USER_INPUT'],
    ['variables that are no object', { query: '{ __typename }', variables: [1] }, '400 BAD_USER_INPUT'],
    [
      'a wrong variable',
      { query: 'query ($f: Int) { orders(first: $f) { id } }', variables: { f: 'x' } },
      '400 BAD_USER_INPUT',
    ],
    ['a syntax error', { query: '{' }, '400 GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nothing }' }, '400 GRAPHQL_VALIDATION_FAILED'],
    ['a subscription', { query: 'subscription { anything }' }, '400 BAD_USER_INPUT'],
  ])('A request with %s is answered with a coded error', async (_what, operation, expected) => {
    expect(verdict(await ask(gateway.url, operation))).toBe(expected)
  })

  test('A mutation by GET and other methods are refused', async () => {
    const get = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent('mutation { touch }')}`)
    expect([get.headers.get('allow'), verdict(await readAnswer(get))]).toEqual(['POST', '405 BAD_USER_INPUT'])
    const put = await fetch(`${gateway.url}/graphql`, { method: 'PUT' })
    expect([put.headers.get('allow'), verdict(await readAnswer(put))]).toEqual([
      'GET, HEAD, POST',
      '405 BAD_USER_INPUT',
    ])
  })

  test('Every path and every malformed body is answered with JSON and a code', async () => {
    expect(verdict(await readAnswer(await fetch(`${gateway.url}/nowhere`)))).toBe('404 BAD_USER_INPUT')
    expect(verdict(await post('{"query": "{ __typ'))).toBe('400 BAD_USER_INPUT')
    expect(verdict(await post('[]'))).toBe('400 BAD_USER_INPUT')
    expect(verdict(await post('null'))).toBe('400 BAD_USER_INPUT')
    expect(verdict(await post('{ __typename }', { 'content-type': 'application/graphql' }))).toBe('415 BAD_USER_INPUT')
    expect(verdict(await post('{}', { accept: 'image/png' }))).toBe('406 BAD_USER_INPUT')
    expect(verdict(await post('x', { 'content-encoding': 'gzip' }))).toBe('400 BAD_USER_INPUT')
    expect(verdict(await post('x', { 'content-encoding': 'zstd' }))).toBe('415 BAD_USER_INPUT')
  })

  test('A compressed body is inflated, up to its limit', async () => {
    const small = gzipSync(JSON.stringify({ query: '{ __typename }' }))
    expect((await post(new Uint8Array(small), { 'content-encoding': 'gzip' })).data).toEqual({ __typename: 'Query' })
    const bomb = gzipSync(JSON.stringify({ query: `{ __typename ${' '.repeat(49_000_000)}}` }))
    expect(bomb.length).toBeLessThan(64_000)
    expect(verdict(await post(new Uint8Array(bomb), { 'content-encoding': 'gzip' }))).toBe('413 BAD_USER_INPUT')
    expect(verdict(await post(' '.repeat(1024 * 1024 + 1)))).toBe('413 BAD_USER_INPUT')
  })
})

describe('browser on another site', () => {
  test('A simple cross-site request has no effect', async () => {
    const headers = { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    expect(verdict(await post('{"query":"mutation { touch }"}', headers))).toBe('403 FORBIDDEN')
    const get = await fetch(`${gateway.url}/graphql?query={__typename}`, {
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(verdict(await readAnswer(get))).toBe('403 FORBIDDEN')
    expect(gateway.shop.bought).toEqual([])
  })

  test('Only a configured origin may send requests and read the answers', async () => {
    const preflight = (origin: string) =>
      fetch(`${gateway.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      })
    const allowed = await preflight('https://app.example')
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, 'https://app.example'])
    expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization')
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
    const answer = await ask(gateway.url, '{ __typename }', { origin: 'https://app.example' })
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example')
    const other = await ask(gateway.url, '{ __typename }', { origin: 'https://evil.example' })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
    // A query by GET without headers of its own, as urql sends it.
    const get = async (origin: string) =>
      readAnswer(
        await fetch(`${gateway.url}/graphql?query={__typename}`, {
          headers: { origin, 'sec-fetch-site': 'cross-site' },
        }),
      )
    expect((await get('https://app.example')).data).toEqual({ __typename: 'Query' })
    expect(verdict(await get('https://evil.example'))).toBe('403 FORBIDDEN')
  })
})

describe('request id', () => {
  test('A well-formed request id is kept, reaches the services and is in every error', async () => {
    const answer = await ask(gateway.url, '{ orders { id } refused }', { 'x-request-id': 'a-b.c_1' })
    expect(answer.headers.get('x-request-id')).toBe('a-b.c_1')
    expect(answer.errors?.[0]?.extensions['requestId']).toBe('a-b.c_1')
    expect(gateway.shop.orders.calls.at(-1)?.headers['x-request-id']).toBe('a-b.c_1')
  })

  test('A missing or malformed request id is replaced', async () => {
    const strange = await ask(gateway.url, '{', { 'x-request-id': 'a b<script>' })
    expect(strange.errors?.[0]?.extensions['requestId']).toMatch(/^[\da-f-]{36}$/)
    expect(strange.headers.get('x-request-id')).toBe(strange.errors?.[0]?.extensions['requestId'])
  })
})

describe('persisted queries', () => {
  const query = '{ order(id: "1") { note } }'
  const persisted = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } })

  test('A persisted query is found by its hash once its text was sent', async () => {
    const hash = '5d1ab2c1c5b4c6ff3a0f26c5bcd6d0dcbb1b61a2f6b7a8a7f5ffb13cf9e58d0a'
    expect(verdict(await ask(gateway.url, persisted(hash)))).toBe('200 PERSISTED_QUERY_NOT_FOUND')
    expect(verdict(await ask(gateway.url, { query, ...persisted(hash) }))).toBe('400 BAD_USER_INPUT')
    const { createHash } = await import('node:crypto')
    const right = createHash('sha256').update(query).digest('hex')
    expect((await ask(gateway.url, { query, ...persisted(right) })).data).toEqual({ order: { note: 'note 1' } })
    expect((await ask(gateway.url, persisted(right))).data).toEqual({ order: { note: 'note 1' } })
  })
})
