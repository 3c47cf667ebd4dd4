/** HTTP of all kinds of clients, with the fast path and with Node's reader. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { type Shop, startShop } from '../../support/shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

const BODY = '{"query":"{ whoAmI }"}'
const ANSWER = '{"data":{"whoAmI":"somebody"}}'

const TUNNEL = 'CONNECT elsewhere:443 HTTP/1.1\r\nhost: elsewhere:443\r\n\r\n'
const head = (start: string, lines: readonly string[] = []): string =>
  [start, 'host: here', ...lines, '', ''].join('\r\n')
const post = (lines: readonly string[] = [], body = BODY, target = '/graphql'): string =>
  head(`POST ${target} HTTP/1.1`, [
    ...(lines.some((line) => line.toLowerCase().startsWith('content-type')) ? [] : ['content-type: application/json']),
    ...lines,
    `content-length: ${Buffer.byteLength(body)}`,
  ]) + body

describe.each(['on', 'off'])('with HTTP_FAST_PATH=%s', (fast) => {
  let gateway: TestGateway
  beforeAll(async () => {
    const env = { HTTP_FAST_PATH: fast, CORS_ORIGINS: 'https://app.example', STATELESS: 'items' }
    gateway = await startTestGateway({ services: shop.services, env })
  })
  afterAll(() => gateway.stop())

  /**
   * Everything received until the gateway closes the connection. @param half ends our side once all
   * is sent
   */
  async function raw(text: string | Buffer, half = false): Promise<string> {
    const socket = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1', allowHalfOpen: true })
    let received = ''
    socket.on('data', (piece) => {
      received += piece
    })
    socket.on('error', () => undefined)
    socket.write(text)
    if (half) socket.end()
    await once(socket, 'end')
    socket.destroy()
    return received
  }
  /** The answer to a request that closes its connection: status, head in lower case, body. */
  async function ask(text: string): Promise<{ status: number; head: string; body: string }> {
    const received = await raw(text.replace('\r\n', '\r\nconnection: close\r\n'))
    const end = received.indexOf('\r\n\r\n')
    const lines = received.slice(0, end).toLowerCase()
    return { status: Number(received.slice(9, 12)), head: lines, body: received.slice(end + 4) }
  }
  const codeOf = (body: string): unknown => JSON.parse(body).errors[0].extensions.code

  test.each([
    ['application/json; charset=utf-8', 200, 'application/json'],
    ['Application/JSON;Charset=UTF-8', 200, 'application/json'],
    ['application/graphql-response+json; charset=utf-8;q=0.9', 200, 'application/graphql-response+json'],
    ['application/json;q=0, application/*', 200, 'application/graphql-response+json'],
    ['application/json;q=0.2, application/graphql-response+json;q=.8', 200, 'application/graphql-response+json'],
    ['application/json; profile="a,b;q=0"', 200, 'application/json'],
    ['text/html, image/gif, *; q=.2, */*; q=.2', 200, 'application/json'],
    ['application/*', 200, 'application/json'],
    ['*/*;q=0.1', 200, 'application/json'],
    ['', 200, 'application/json'],
    [' , ', 200, 'application/json'],
    ['nonsense', 200, 'application/json'],
    ['application/json;q=x', 200, 'application/json'],
    ['*/*;q=0', 406, 'application/json'],
    ['application/json;q=0', 406, 'application/json'],
    ['application/json;q=0.000, application/graphql-response+json;q=0', 406, 'application/json'],
    ['application/xml', 406, 'application/json'],
    ['image/png, text/html', 406, 'application/json'],
  ])('Accept: "%s" is answered with %d', async (accept, status, type) => {
    const answer = await ask(post([`accept: ${accept}`]))
    expect([answer.status, answer.head]).toEqual([status, expect.stringContaining(`content-type: ${type}; charset`)])
  })

  test('Streams go to clients that accept events in any letter case, and to no others', async () => {
    expect((await ask(post(['accept: Text/Event-Stream; charset=utf-8']))).body).toContain(`data: ${ANSWER}`)
    expect((await ask(post(['accept: text/event-stream;q=0, */*']))).body).toBe(ANSWER)
  })

  test.each([
    ['application/json; charset=utf-8', 200],
    ['APPLICATION/JSON ; Charset="UTF-8"', 200],
    ['application/json; odata=verbose', 200],
    ['application/json; charset=latin1', 415],
    ['application/graphql+json', 415],
    ['', 415],
  ])('Content-Type: "%s" is answered with %d', async (type, status) => {
    const answer = await ask(post([`content-type: ${type}`]))
    expect(answer.status).toBe(status)
    if (status === 415) expect(answer.head).toMatch(/^accept: application\/json/m)
  })

  test.each([
    ['a slash at the end', post([], BODY, '/graphql/')],
    ['an absolute target', post([], BODY, 'http://there.example/graphql')],
    ['an absolute target with a port and a slash', post([], BODY, 'HTTP://there.example:80/graphql/')],
    [
      'an absolute target and a query string',
      head(`GET http://there/graphql?query=${encodeURIComponent('{ whoAmI }')} HTTP/1.1`),
    ],
    ['a byte order mark', post([], `\ufeff${BODY}`)],
    ['an unknown protocol to upgrade to', post(['connection: upgrade', 'upgrade: h2c', 'http2-settings: AAMAAABk'])],
    ['several protocols to upgrade to', post(['connection: upgrade', 'upgrade: foo/2, bar'])],
  ])('A request with %s is answered', async (_what, text) => {
    const answer = await ask(text)
    expect([answer.status, answer.body]).toEqual([200, ANSWER])
    expect(answer.head).toMatch(/^x-content-type-options: nosniff$/m)
  })

  test('x-gzip is read, and an unknown encoding is refused with the known ones', async () => {
    const packed = gzipSync(BODY)
    const lines = ['connection: close', 'content-type: application/json', `content-length: ${packed.length}`]
    const request = head('POST /graphql HTTP/1.1', [...lines, 'content-encoding: X-GZIP'])
    expect(await raw(Buffer.concat([Buffer.from(request), packed]))).toContain(ANSWER)
    for (const encoding of ['compress', 'zstd', 'gzip, gzip']) {
      const { status, head: lines, body } = await ask(post([`content-encoding: ${encoding}`]))
      expect([status, codeOf(body)]).toEqual([415, 'BAD_USER_INPUT'])
      expect(lines).toMatch(/^accept-encoding: gzip, deflate, br$/m)
    }
  })

  test.each(['/graphql?query={whoAmI}', '/graphql/?query={items{id}}', '/health/live', '/health/ready', '/nowhere'])(
    'HEAD %s is answered as GET, without the body',
    async (path) => {
      const [get, asHead] = [await ask(head(`GET ${path} HTTP/1.1`)), await ask(head(`HEAD ${path} HTTP/1.1`))]
      const constant = (lines: string) => lines.replaceAll(/^(date|x-request-id|age): .*\r?\n/gm, '')
      expect([asHead.status, asHead.body, constant(asHead.head)]).toEqual([get.status, '', constant(get.head)])
    },
  )

  test('HEAD of a stream ends, and a mutation by HEAD is refused', async () => {
    const events = await ask(head('HEAD /graphql?query={whoAmI} HTTP/1.1', ['accept: text/event-stream']))
    expect([events.status, events.body]).toEqual([200, ''])
    expect((await ask(head('HEAD /graphql?query=mutation{touch} HTTP/1.1'))).status).toBe(405)
  })

  test.each([
    ['one', [post()], 1],
    ['three at once', [post(), post(), post()], 3],
    ['one by GET', [head(`GET /graphql?query=${encodeURIComponent('{ whoAmI }')} HTTP/1.1`)], 1],
  ])('A client that half-closed its connection is answered: %s', async (_what, pieces, count) => {
    for (const slow of [false, true]) {
      if (slow)
        shop.orders.misbehave((_request, response) => {
          // Once this is answered, the gateway has noticed that the client has ended its side.
          void fetch(`${gateway.url}/health/live`).then(() => response.end(ANSWER))
          return true
        })
      const received = await raw(pieces.join(''), true)
      shop.orders.misbehave(undefined)
      expect(received.split(ANSWER).length - 1).toBe(count)
    }
  })

  test.each([
    ['bytes that are no HTTP', 'hello\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a head that is too large', head('GET / HTTP/1.1', [`a: ${'x'.repeat(20_000)}`]), 431],
    ['two lengths', head('POST /graphql HTTP/1.1', ['content-length: 1', 'content-length: 2']), 400],
    ['a body that is too large', post(['connection: close'], `"${'x'.repeat(1024 * 1024)}"`), 413],
    ['an expectation', post(['connection: close', 'expect: wonders']), 417],
    ['a tunnel', 'CONNECT there.example:443 HTTP/1.1\r\nhost: here\r\n\r\n', 405],
    ['another path', head('GET /nowhere HTTP/1.1', ['connection: close']), 404],
    ['another method', head('PUT /graphql HTTP/1.1', ['connection: close']), 405],
    ['HTTP/1.1 without a host', post(['connection: close']).replace('host: here\r\n', ''), 400],
    ['a host in the target alone', 'GET http://here/health/live HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['a WebSocket without a host', webSocket('/graphql').replace('host: here\r\n', ''), 400],
    ['two hosts', post(['connection: close', 'Host: there']), 400],
    ['two callers', post(['connection: close', 'authorization: Bearer a', 'Authorization: Bearer b']), 400],
    ['a WebSocket of two callers', webSocket('/graphql', ['authorization: a', 'authorization: b']), 400],
    ['a compressed transfer', head('POST /graphql HTTP/1.1', ['transfer-encoding: gzip, chunked']), 501],
    ['another version of HTTP', post(['connection: close']).replace('HTTP/1.1', 'HTTP/2.0'), 505],
    ['HTTP/0.9', post(['connection: close']).replace('HTTP/1.1', 'HTTP/0.9'), 505],
    ['a WebSocket of HTTP/2.0', webSocket('/graphql').replace('HTTP/1.1', 'HTTP/2.0'), 505],
    ['a WebSocket without a key', webSocket('/graphql').replace(/sec-websocket-key: .*\r\n/, ''), 400],
    ['a WebSocket with a key that is none', webSocket('/graphql').replace('dGhl', ''), 400],
    ['a WebSocket of another version', webSocket('/graphql').replace('version: 13', 'version: 12'), 400],
    ['a WebSocket without a version', webSocket('/graphql').replace(/sec-websocket-version: .*\r\n/, ''), 400],
    ['a WebSocket with a list that is none', webSocket('/graphql', ['sec-websocket-protocol: a,,b']), 400],
    ['a WebSocket by POST', webSocket('/graphql', ['content-length: 0']).replace('GET', 'POST'), 405],
    ['a WebSocket elsewhere', webSocket('/nowhere'), 404],
    ['a WebSocket of another page', webSocket('/graphql', ['origin: https://evil.example']), 403],
  ])('The answer to %s is JSON with a code', async (_what, text, status) => {
    const received = await raw(Buffer.from(text, 'latin1'))
    const [lines = '', body = ''] = received.split('\r\n\r\n')
    expect(lines).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(lines.toLowerCase()).toMatch(/^content-type: application\/json/m)
    expect(lines.toLowerCase()).toMatch(/^x-content-type-options: nosniff\r?$/m)
    expect(codeOf(body)).toMatch(/^(BAD_USER_INPUT|FORBIDDEN)$/)
  })

  test('HTTP/1.0 without a host is accepted', async () => {
    expect((await ask(post().replace('HTTP/1.1', 'HTTP/1.0').replace('host: here\r\n', ''))).body).toBe(ANSWER)
  })

  test('Requests before unreadable bytes are answered, and the bytes are refused', async () => {
    const received = await raw(`${post()}${post()}hello\r\n\r\n`)
    expect(received.split(ANSWER).length - 1).toBe(2)
    expect(received).toMatch(/HTTP\/1\.1 400 .*BAD_USER_INPUT/s)
  })

  test('Pages of configured origins may send and read the headers that GraphQL clients need', async () => {
    const preflight = (path: string, origin = 'https://app.example') =>
      fetch(`${gateway.url}${path}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
    for (const path of ['/graphql', '/graphql/']) {
      const { status, headers } = await preflight(path)
      expect([status, headers.get('access-control-allow-methods')]).toEqual([204, 'GET, HEAD, POST'])
      const allowed = headers.get('access-control-allow-headers')?.split(', ')
      for (const name of [
        'apollographql-client-name',
        'apollographql-client-version',
        'graphql-require-preflight',
        'traceparent',
      ])
        expect(allowed).toContain(name)
    }
    expect((await preflight('/assets/a.png')).headers.get('access-control-allow-methods')).toBe('GET, HEAD')
    expect((await preflight('/graphql', 'https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
    const answer = await ask(post(['origin: https://app.example']))
    expect(answer.head).toMatch(/^access-control-expose-headers: x-request-id, retry-after$/m)
  })

  test('A request for another protocol behind another request is not answered before that', async () => {
    const received = await raw(head('GET /graphql?query={whoAmI} HTTP/1.1') + webSocket('/graphql'), true)
    expect(received.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(['200', '400'])
    expect(await raw(post() + TUNNEL)).not.toContain('405')
  })

  test('A request for a WebSocket that has a body is answered by HTTP, and its body is no message', async () => {
    const path = `/graphql?query=${encodeURIComponent('{ whoAmI }')}`
    for (const [line, body] of [
      ['content-length: 5', 'hello'],
      ['transfer-encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'],
    ] as const) {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
      for (const text of [webSocket(path, [line]) + body, post(['connection: close'])]) {
        socket.write(text)
        const [answer] = (await once(socket, 'data')) as [Buffer]
        expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
        expect(String(answer)).toContain(ANSWER)
      }
      socket.destroy()
    }
  })

  test('A client that requests another protocol and resets the connection affects no other', async () => {
    for (const text of [webSocket('/nowhere'), webSocket('/graphql', ['origin: https://evil.example']), TUNNEL]) {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
      socket.write(text)
      const [answer] = (await once(socket, 'data')) as [Buffer]
      expect(String(answer)).toMatch(/^HTTP\/1\.1 40[345] /)
      // An error that the gateway does not catch fails this test.
      socket.resetAndDestroy()
      await once(socket, 'close')
      expect((await ask(post())).body).toBe(ANSWER)
    }
  })

  test('graphql-require-preflight proves that a browser sent a preflight', async () => {
    const get = `GET /graphql?query={whoAmI} HTTP/1.1`
    const page = ['origin: https://evil.example', 'sec-fetch-site: cross-site']
    expect((await ask(head(get, page))).status).toBe(403)
    expect((await ask(head(get, [...page, 'graphql-require-preflight: 1']))).status).toBe(200)
  })
})

function webSocket(path: string, lines: readonly string[] = []): string {
  const key = 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='
  return head(`GET ${path} HTTP/1.1`, [
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    key,
    ...lines,
  ])
}

test('Settings decide which headers pages may send and read', async () => {
  const env = {
    CORS_ORIGINS: 'https://app.example',
    CORS_ALLOWED_HEADERS: 'Content-Type, X-Own',
    CORS_EXPOSED_HEADERS: 'x-request-id, etag',
  }
  const gateway = await startTestGateway({ services: shop.services, env })
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
  const preflight = await fetch(`${gateway.url}/graphql`, { method: 'OPTIONS', headers })
  const answer = await fetch(`${gateway.url}/graphql?query={whoAmI}`, { headers: { ...headers, 'x-request-id': 'a' } })
  await gateway.stop()
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type, x-own')
  expect(answer.headers.get('access-control-expose-headers')).toBe('x-request-id, etag')
  const wrong = startTestGateway({ services: shop.services, env: { CORS_ALLOWED_HEADERS: 'a b' } })
  await expect(wrong).rejects.toThrow(/CORS_ALLOWED_HEADERS.*must be names of headers/)
})
