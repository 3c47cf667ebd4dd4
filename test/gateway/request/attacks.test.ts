import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { readAnswer } from '../../support/answer.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type Journal, journalSdl, startJournal } from '../../support/journal.ts'
import { type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'

let shop: Shop
let journal: Journal
let gateway: TestGateway
const start = (env: Record<string, string> = {}) =>
  startTestGateway({
    services: [...shop.services, { name: 'journal', sdl: journalSdl, url: journal.url }],
    env: { STATELESS: 'items', CORS_ORIGINS: 'https://app.example', ...env },
  })
beforeAll(async () => {
  ;[shop, journal] = await Promise.all([startShop(), startJournal()])
  gateway = await start()
})
afterEach(() => {
  shop.orders.misbehave(undefined)
  shop.items.misbehave(undefined)
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([shop.close(), journal.close()])
})

/** Sends raw bytes, and returns everything until the gateway closes or has answered. */
async function raw(text: string, url = gateway.url): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(text)
  const [answer] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [Buffer | boolean]
  socket.destroy()
  return String(answer)
}

describe('request smuggling', () => {
  const body = '{"query":"{ whoAmI }"}'
  const head = `POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\n`
  test.each([
    ['a length and chunks', `${head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${head}content-length: 4\r\ncontent-length: ${body.length}\r\n\r\n${body}`],
    ['a coding hidden by a blank', `${head}transfer-encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['a coding that is not chunked', `${head}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['a header folded over two lines', `${head}x: a\r\n b: c\r\ncontent-length: 0\r\n\r\n`],
    ['lines that end without a return', `${head.replaceAll('\r', '')}content-length: ${body.length}\n\n${body}`],
    ['no host', 'GET /graphql?query={whoAmI} HTTP/1.1\r\n\r\n'],
    ['two hosts', `${head}host: there\r\ncontent-length: ${body.length}\r\n\r\n${body}`],
    ['the same host twice', `${head}Host: here\r\ncontent-length: ${body.length}\r\n\r\n${body}`],
    ['two hosts in what only Node reads', 'GET /graphql?query={whoAmI} HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n'],
    ['two hosts of an older version', 'GET /graphql?query={whoAmI} HTTP/1.0\r\nhost: a\r\nHOST: b\r\n\r\n'],
  ])('A request that two servers would read differently is refused: with %s', async (_what, text) => {
    const before = shop.orders.calls.length
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 400 /)
    expect(shop.orders.calls.length).toBe(before)
  })
})

describe('inherited names', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'valueOf'])(
    'An inherited name of JavaScript is only a name: %s',
    async (name) => {
      const query = `query ${name}($${name}: Int) { ${name}: orders(first: $${name}) { ${name}: id item { ${name}: name } } }`
      const answer = await ask(gateway.url, { query, variables: JSON.parse(`{"${name}": 1}`) })
      const text = JSON.stringify(answer.data)
      expect([answer.errors, text]).toEqual([undefined, `{"${name}":[{"${name}":"0","item":{"${name}":"item i0"}}]}`])
    },
  )

  test('An inherited name in an answer or beside the query changes no object', async () => {
    shop.orders.misbehave((_request, response) => {
      response.end('{"data":{"__proto__":{"whoAmI":"polluted"},"constructor":{"prototype":{"whoAmI":"polluted"}}}}')
      return true
    })
    expect((await ask(gateway.url, '{ whoAmI }')).data).toEqual({ whoAmI: null })
    expect(({} as Record<string, unknown>)['whoAmI']).toBeUndefined()
    const body =
      '{"query":"{ __typename }","__proto__":{"query":"{ whoAmI }"},"extensions":{"__proto__":{"persistedQuery":1}}}'
    const headers = { 'content-type': 'application/json' }
    const answer = await readAnswer(await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body }))
    expect(answer.data).toEqual({ __typename: 'Query' })
  })
})

describe('hostile values', () => {
  const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
  test.each([
    [
      'a variable of 200,000 levels',
      `{"query":"query ($f: Int) { orders(first: $f) { id } }","variables":{"f":${deep(200_000)}}}`,
    ],
    [
      'a variable that nobody declared, of 200,000 levels',
      `{"query":"{ items { id } }","variables":{"x":${deep(200_000)}}}`,
    ],
    ['extensions of 200,000 levels', `{"query":"{ items { id } }","extensions":{"x":${deep(200_000)}}}`],
  ])('%s costs only its sender', async (_what, body) => {
    for (let round = 0; round < 2; round += 1) {
      const headers = { 'content-type': 'application/json' }
      const answer = await readAnswer(await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body }))
      expect(verdict(answer)).toMatch(/^(200 OK|400 (BAD_USER_INPUT|OPERATION_TOO_COMPLEX))$/)
    }
    expect((await ask(gateway.url, '{ whoAmI }')).data).toEqual({ whoAmI: 'somebody' })
  })
})

test.each([
  [
    'a form',
    'multipart/form-data; boundary=x',
    '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--',
  ],
  ['an encoded form', 'application/x-www-form-urlencoded', 'query={whoAmI}'],
  ['text', 'text/plain', '{"query":"{ whoAmI }"}'],
])('%s is refused, whatever headers call it safe', async (_what, type, body) => {
  const headers = { 'content-type': type, 'apollo-require-preflight': 'true' }
  const answer = await readAnswer(await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body }))
  expect(verdict(answer)).toBe('415 BAD_USER_INPUT')
})

describe('hidden schema', () => {
  test('Masking suggestions takes linear time, however often a client repeats the masked words', async () => {
    const production = await start({ NODE_ENV: 'production' })
    const long = 'Did you mean '.repeat(75_000)
    const query = 'mutation ($input: BuyInput!) { buy(input: $input) { id } }'
    const operations = [
      { query, variables: { input: { item: '1', itm: long } } },
      { query: `{ orders(first: "${long}") { id } }` },
    ]
    for (const operation of operations) {
      const began = process.threadCpuUsage()
      expect(verdict(await ask(production.url, operation))).toMatch(/^400 /)
      // A regular expression takes a minute for this. Measures only this thread's CPU time.
      const { user, system } = process.threadCpuUsage(began)
      expect((user + system) / 1_000_000).toBeLessThan(10)
    }
    await production.stop()
  })

  test('No validation message names a hidden field or type, over any transport', async () => {
    const production = await start({ NODE_ENV: 'production' })
    const wrong = {
      'a field': { query: '{ order(id: "1") { nte } }' },
      'an argument': { query: '{ order(di: "1") { note } }' },
      'an input field': { query: 'mutation { buy(input: { itm: "1" }) { id } }' },
      'a field of a variable': {
        query: 'mutation ($input: BuyInput!) { buy(input: $input) { id } }',
        variables: { input: { item: '1', itm: '1' } },
      },
      'a type': { query: '{ ... on Qery { whoAmI } }' },
    }
    const hidden = /Did you mean/
    for (let round = 0; round < 2; round += 1) {
      await ask(production.url, { query: wrong['a field of a variable'].query, variables: { input: { item: '1' } } })
      for (const [what, operation] of Object.entries(wrong)) {
        const { errors } = await ask(production.url, operation)
        expect([what, errors?.map(({ message }) => message).join()]).toEqual([what, expect.not.stringMatching(hidden)])
      }
    }
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
    for (const query of [
      'subscription { written { txt } }',
      'subscription ($after: Strin) { written(after: $after) { text } }',
    ]) {
      const body = JSON.stringify({ query, variables: { after: 'x' } })
      const refused = await fetch(`${production.url}/graphql`, { method: 'POST', headers, body })
      expect(await refused.text()).not.toMatch(hidden)
    }
    await production.stop()
  })
})

describe('WebSocket upgrade', () => {
  const open = (headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const url = `${gateway.url.replace('http', 'ws')}/graphql`
      const socket = new WebSocket(url, 'graphql-transport-ws', { headers })
      socket.once('open', () => {
        socket.close()
        resolve('open')
      })
      socket.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)))
      socket.once('error', () => undefined)
    })

  test('A WebSocket opens for this site, configured origins and clients without an origin only', async () => {
    expect(await open({})).toBe('open')
    expect(await open({ origin: gateway.url })).toBe('open')
    expect(await open({ origin: 'https://app.example' })).toBe('open')
    expect(await open({ origin: 'https://evil.example' })).toBe('403')
    expect(await open({ origin: 'null' })).toBe('403')
  })

  test('The token of a connection cannot inject headers into a call to a service', async () => {
    const client = createSocketClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: 'a\r\ntributary-perspective: preview' },
      retryAttempts: 0,
    })
    const before = journal.authorizations.length
    const refused = client.iterate({ query: 'subscription { written { text } }' }).next()
    await expect(refused).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    expect(journal.authorizations.length).toBe(before)
    await client.dispose()
  })
})

describe('admin port', () => {
  const supergraph = 'type Query { a: Int }'
  test.each([
    ['POST', '/purge', '{"tags":["items"]}'],
    ['POST', '/supergraph', supergraph],
    ['GET', '/services', undefined],
  ])('A page in a browser cannot use the admin port: %s %s', async (method, path, body) => {
    const send = (headers: Record<string, string>) =>
      fetch(`${gateway.adminUrl}${path}`, { method, headers, ...(body !== undefined && { body }) })
    const evil = { 'content-type': 'text/plain', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await send(evil)).status).toBe(403)
    expect((await send({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await send({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await send({})).status).not.toBe(403)
  })

  test('The admin port is not reached under a host name that resolves to this machine', async () => {
    const port = new URL(gateway.adminUrl).port
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example'])
      expect(await raw(`GET /services HTTP/1.1\r\nhost: ${host}\r\n\r\n`, gateway.adminUrl)).toMatch(/^HTTP\/1\.1 403 /)
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, '[::1]', 'localhost'])
      expect(await raw(`GET /services HTTP/1.1\r\nhost: ${host}\r\n\r\n`, gateway.adminUrl)).toMatch(/^HTTP\/1\.1 200 /)
  })
})

test('An endless answer is aborted by time and by size, and not inflated unless the gateway accepts compression', async () => {
  shop.items.misbehave((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    const piece = Buffer.alloc(1024 * 1024, ' ')
    const write = (): void => {
      if (!response.destroyed) response.write(piece, write)
    }
    write()
    return true
  })
  const answer = await ask(gateway.url, '{ whoAmI item(id: "1") { id } }')
  expect(answer.data).toEqual({ whoAmI: 'somebody', item: null })
  expect(answer.errors?.[0]?.extensions['code']).toBe('SERVICE_UNAVAILABLE')
  shop.items.misbehave(undefined)
  await until(async () => !(await ask(gateway.url, '{ item(id: "2") { id } }')).errors)
})
