import { once } from 'node:events'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { CallFailure } from '../../../../gateway/traffic/call/failure.ts'
import { createHttpPool, type HttpPool, type OutgoingRequest } from '../../../../gateway/traffic/client/pool.ts'
import { CALL_HEADER } from '../../../../platform/protocol/signature.ts'
import { stopClock } from '../../../support/clock.ts'
import { until } from '../../../support/until.ts'
import { certificate } from './certificate.ts'

interface Server {
  readonly pool: HttpPool
  /** Every connection that was opened, the oldest first. */
  readonly sockets: Socket[]
  /** Everything received on all connections. */
  received(): string
}

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** @param answer called with each piece that arrives */
async function serve(answer: (socket: Socket, piece: Buffer) => void, size = 1, echoes = false): Promise<Server> {
  const sockets: Socket[] = []
  const pieces: Buffer[] = []
  const server = createServer((socket) => {
    sockets.push(socket.setNoDelay(true))
    socket.on('error', () => undefined)
    socket.on('data', (piece) => {
      pieces.push(piece)
      answer(socket, piece)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pool = createHttpPool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, size, { echoes })
  closing.push(() => {
    pool.destroy()
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { pool, sockets, received: () => Buffer.concat(pieces).toString('latin1') }
}

const request = (changes: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  method: 'POST',
  path: '/graphql',
  headers: ['content-type', 'application/json'],
  body: Buffer.from('{}'),
  deadline: performance.now() + 60_000,
  ...changes,
})

/** Status and text, or the kind of failure. */
const outcome = (pool: HttpPool, changes?: Partial<OutgoingRequest>): Promise<unknown> =>
  pool.send(request(changes)).answer.then(
    ({ status, body }) => `${status} ${body.toString()}`,
    (failure: unknown) => (failure instanceof CallFailure ? failure.kind : failure),
  )

const ok = (text: string, ...headers: string[]): string =>
  ['HTTP/1.1 200 OK', ...headers, `content-length: ${Buffer.byteLength(text)}`, '', text].join('\r\n')
const raw = (...lines: string[]): string => lines.join('\r\n')

const framings: readonly (readonly [string, string, string])[] = [
  ['by its length', ok('né {}'), '200 né {}'],
  [
    'by chunks',
    raw('HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked', '', '3;a=b', 'né', 'A', ' and more.', '0', 'x: y', '', ''),
    '200 né and more.',
  ],
  ['by nothing, with status 204', raw('HTTP/1.1 204 No Content', '', ''), '204 '],
  ['after interim answers', raw('HTTP/1.1 103 Early Hints', 'link: x', '', ok('{}')), '200 {}'],
  ['without a reason phrase', raw('HTTP/1.1 502', 'content-length: 2', '', 'no'), '502 no'],
]

describe('answer framing', () => {
  test.each(framings)(
    'An answer framed %s is read, whole or byte by byte, and the connection is reused',
    async (_how, answer, expected) => {
      const bytes = Buffer.from(answer)
      const whole = await serve((socket) => void socket.write(bytes))
      const slow = await serve(async (socket) => {
        for (const byte of bytes) {
          socket.write(Buffer.of(byte))
          await new Promise((resolve) => setImmediate(resolve))
        }
      })
      for (const { pool, sockets } of [whole, slow]) {
        for (let n = 0; n < 3; n += 1) expect(await outcome(pool)).toBe(expected)
        expect(sockets.length).toBe(1)
      }
    },
  )

  test('An answer ended by the connection is read, and the next call takes another connection', async () => {
    const { pool, sockets } = await serve((socket) => void socket.end(raw('HTTP/1.0 200 OK', '', '{"a":1}')))
    for (let n = 0; n < 2; n += 1) expect(await outcome(pool)).toBe('200 {"a":1}')
    expect(sockets.length).toBe(2)
  })

  test.each([
    ['it says so', ok('{}', 'Connection: keep-alive, Close')],
    ['the service will not wait', ok('{}', 'keep-alive: timeout=1')],
    ['more came than was asked for', `${ok('{}')}HTTP/1.1 200 OK`],
    ['it is of HTTP/1.0', ok('{}').replace('1.1', '1.0')],
  ])('The connection closes where %s', async (_why, answer) => {
    const { pool, sockets } = await serve((socket) => void socket.write(answer))
    for (let n = 1; n <= 2; n += 1) {
      expect(await outcome(pool)).toBe('200 {}')
      await until(() => sockets.length === n && sockets[n - 1]?.destroyed === true)
    }
  })

  test.each([408, 411, 413, 417, 431])(
    'The connection closes after a refusal that leaves the request unread: %d',
    async (status) => {
      const { pool, sockets } = await serve((socket) => void socket.write(ok('{}').replace('200 OK', `${status} No`)))
      for (let n = 1; n <= 2; n += 1) expect(await outcome(pool)).toBe(`${status} {}`)
      expect(sockets.length).toBe(2)
    },
  )

  describe('an idle connection that ends while the next request is sent', () => {
    const NOTICE = 'HTTP/1.1 408 Late\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'
    const endings: readonly (readonly [string, (socket: Socket) => void, boolean])[] = [
      ['closed', (socket) => void socket.end(), true],
      ['reset', (socket) => void socket.resetAndDestroy(), true],
      ['given up with a notice', (socket) => void socket.end(NOTICE), true],
      ['closed within an answer', (socket) => void socket.end('HTTP/1.1 200'), false],
    ]
    /** Ends each connection at its second request. */
    const endsKept = (end: (socket: Socket) => void, size?: number) => {
      const asked = new Map<Socket, number>()
      return serve((socket) => {
        asked.set(socket, (asked.get(socket) ?? 0) + 1)
        if (asked.get(socket) === 1) socket.write(ok('{}'))
        else end(socket)
      }, size)
    }

    const countIn = (received: string): number => received.split('POST ').length - 1

    test.each(endings)(
      'A repeatable request on a connection that is %s is sent again on a new one',
      async (_how, end, isUnread) => {
        const { pool, sockets } = await endsKept(end)
        expect(await outcome(pool)).toBe('200 {}')
        expect([await outcome(pool, { mayRepeat: true }), sockets.length]).toEqual(
          isUnread ? ['200 {}', 2] : ['connection', 1],
        )
      },
    )

    test('A repeated request takes no other idle connection, which may have ended as well', async () => {
      const { pool, received } = await endsKept((socket) => void socket.end(), 2)
      await Promise.all([outcome(pool), outcome(pool)])
      expect([await outcome(pool, { mayRepeat: true }), countIn(received())]).toEqual(['200 {}', 4])
    })

    test('A repeated request takes no connection that another request has opened meanwhile', async () => {
      const { pool, received } = await endsKept((socket) => void socket.end())
      await outcome(pool)
      const both = await Promise.all([outcome(pool, { mayRepeat: true }), outcome(pool)])
      expect([both, countIn(received())]).toEqual([['200 {}', '200 {}'], 4])
    })

    test('A request is not repeated if it must not be, on a new connection, or after its deadline', async () => {
      const { pool, sockets } = await endsKept((socket) => void socket.end())
      await outcome(pool)
      expect([await outcome(pool), sockets.length]).toEqual(['connection', 1])
      const fresh = await serve((socket) => void socket.end())
      expect([await outcome(fresh.pool, { mayRepeat: true }), fresh.sockets.length]).toEqual(['connection', 1])
      const silent = await endsKept(() => undefined)
      await outcome(silent.pool)
      const late = await outcome(silent.pool, { mayRepeat: true, deadline: performance.now() + 20 })
      expect([late, silent.sockets.length]).toEqual(['timeout', 1])
    })

    test('A request on a kept connection that ends is repeated once', async () => {
      let requests = 0
      const { pool, sockets } = await serve((socket) => {
        requests += 1
        if (requests === 1) socket.write(ok('{}'))
        else socket.end()
      })
      await outcome(pool)
      expect([await outcome(pool, { mayRepeat: true }), sockets.length]).toEqual(['connection', 2])
    })
  })

  test('A request never waits behind one that was answered before it was all sent', async () => {
    const { pool } = await serve((socket) => {
      socket.write(ok('early'))
      socket.pause()
    })
    // More than the buffers of the operating system hold.
    const large = Buffer.alloc(32 * 1024 * 1024, ' ')
    for (let n = 0; n < 2; n += 1) expect(await outcome(pool, { body: large })).toBe('200 early')
  })

  test('An answer ignores bytes that came before its request', async () => {
    const { pool, sockets } = await serve((socket) => {
      socket.write(ok('mine'))
      setImmediate(() => socket.write(ok('not mine')))
    })
    expect(await outcome(pool)).toBe('200 mine')
    await until(() => sockets[0]?.destroyed === true)
    expect(await outcome(pool)).toBe('200 mine')
  })

  test('A second answer directly after the first is not given to a waiting request', async () => {
    const { pool, sockets } = await serve(
      (socket, piece) => void socket.write(ok(piece.includes('one') ? 'one' : 'two')),
    )
    const first = outcome(pool, { body: Buffer.from('one') })
    const second = outcome(pool, { body: Buffer.from('two') })
    expect(await first).toBe('200 one')
    sockets[0]?.write(ok('one'))
    expect(await second).toBe('200 two')
    expect(sockets.length).toBe(2)
  })

  test.each([
    ['carries one request a connection from then on', ok('more'), 4],
    ['goes on as before where it only says that it closes an idle connection', 'HTTP/1.1 408 Timeout\r\n\r\n', 2],
  ])('A server that sends unasked bytes %s', async (_what, unasked, expected) => {
    const { pool, sockets } = await serve((socket) => void socket.write(ok('{}')))
    await outcome(pool)
    sockets[0]?.write(unasked)
    await until(() => sockets[0]?.destroyed === true)
    for (let n = 0; n < 3; n += 1) expect(await outcome(pool)).toBe('200 {}')
    expect(sockets.length).toBe(expected)
  })
})

describe('compressed answers', () => {
  const text = '{"data":{"né":"日本"}}'
  const bomb = Buffer.alloc(17 * 1024 * 1024)
  const encoded: readonly (readonly [string, string, Buffer, unknown])[] = [
    ['gzip', 'gzip', gzipSync(text), `200 ${text}`],
    ['gzip by its old name', 'X-GZip', gzipSync(text), `200 ${text}`],
    ['deflate', 'deflate', deflateSync(text), `200 ${text}`],
    ['deflate without the zlib format', 'deflate', deflateRawSync(text), `200 ${text}`],
    ['brotli', 'br', brotliCompressSync(text), `200 ${text}`],
    ['nothing', 'identity', Buffer.from(text), `200 ${text}`],
    ['nothing at all', 'gzip', Buffer.alloc(0), '200 '],
    ['gzip that is cut', 'gzip', gzipSync(text).subarray(0, -9), 'answer'],
    ['gzip that is none', 'gzip', Buffer.from(text), 'answer'],
    ['what nobody knows', 'zstd', Buffer.from(text), 'answer'],
    ['two codings', 'gzip, br', Buffer.from(text), 'answer'],
    ['a gzip bomb', 'gzip', gzipSync(bomb), 'size'],
    ['a deflate bomb', 'deflate', deflateSync(bomb), 'size'],
    ['a brotli bomb', 'br', brotliCompressSync(bomb), 'size'],
  ]
  test.each(encoded)(
    'An answer compressed by %s is read within the limit, however it is framed',
    async (_what, coding, body, expected) => {
      const headers = `HTTP/1.1 200 OK\r\ncontent-encoding: ${coding}\r\n`
      const length = Buffer.concat([Buffer.from(`${headers}content-length: ${body.length}\r\n\r\n`), body])
      const size = body.length === 0 ? '' : `${body.length.toString(16)}\r\n`
      const chunks = [Buffer.from(`${headers}transfer-encoding: chunked\r\n\r\n${size}`), body]
      const end = Buffer.from(`${size === '' ? '' : '\r\n'}0\r\n\r\n`)
      for (const bytes of [length, Buffer.concat([...chunks, end])]) {
        const { pool } = await serve((socket) => void socket.write(bytes))
        expect(await outcome(pool)).toBe(expected)
      }
    },
  )
})

describe('call ids', () => {
  const named = (id: string, text = 'yours'): string => ok(text, `${CALL_HEADER}: ${id}`)
  const calls: readonly (readonly [string, string, unknown])[] = [
    ['is taken where it names its own call', named('a-1'), '200 yours'],
    ['is taken whatever the case of the name', named('a-1').replace(CALL_HEADER, 'Tributary-Call'), '200 yours'],
    ['is not taken where it names another', named('a-2'), 'connection'],
    ['is not taken where it names a longer one', named('a-11'), 'connection'],
    ['is not taken where it names none', ok('yours'), 'connection'],
    ['is not taken where it names its own and another', ok('', `${CALL_HEADER}: a-1`, `${CALL_HEADER}: a-2`), 'answer'],
    ['is a status and nothing else where one in between refuses', ok('theirs').replace('200 OK', '401 No'), '401 '],
    ['is not taken where a refusal names another', named('a-2').replace('200 OK', '401 No'), 'connection'],
    ['counts from its last head', raw('HTTP/1.1 103 Early', '', '') + named('a-1'), '200 yours'],
  ]
  test.each(calls)('An answer of a service that echoes call ids %s', async (_what, answer, expected) => {
    const { pool, sockets } = await serve((socket) => void socket.write(answer), 1, true)
    expect(await outcome(pool, { callId: 'a-1' })).toBe(expected)
    if (expected !== '200 yours') await until(() => sockets[0]?.destroyed === true)
  })
})

const chunked = (...lines: string[]): string => raw('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', ...lines, '')
const malformed: Readonly<Record<string, string>> = {
  'two ways to tell its length': raw('HTTP/1.1 200 OK', 'content-length: 2', 'transfer-encoding: chunked', '', '{}'),
  'two lengths': raw('HTTP/1.1 200 OK', 'content-length: 2', 'content-length: 3', '', '{}'),
  'a length below zero': raw('HTTP/1.1 200 OK', 'content-length: -2', '', '{}'),
  'a length in hexadecimal': raw('HTTP/1.1 200 OK', 'content-length: 0x2', '', '{}'),
  'an unknown transfer encoding': raw('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked', '', '{}'),
  'a chunk without a size': chunked('{}'),
  'a chunk longer than it says': chunked('1', '{}', '0', ''),
  'trailers without an end': chunked('0', `x: ${'y'.repeat(20_000)}`),
  'a line feed alone in its head': 'HTTP/1.1 200 OK\r\nx: y\ncontent-length: 2\r\n\r\n{}',
  'a carriage return alone in its head': 'HTTP/1.1 200 OK\r\nx: y\rcontent-length: 2\r\n\r\n{}',
  'a line that is no header': raw('HTTP/1.1 200 OK', 'content-length', '', '{}'),
  'a blank before a colon': raw('HTTP/1.1 200 OK', 'content-length : 2', '', '{}'),
  'a folded line': raw('HTTP/1.1 200 OK', 'x: y', ' content-length: 2', '', '{}'),
  'another protocol': raw('SSH-2.0-OpenSSH', '', ''),
  'another version': raw('HTTP/2 200 OK', '', ''),
  'another protocol to switch to': raw('HTTP/1.1 101 Switching Protocols', 'upgrade: x', '', ''),
  'interim answers without an end': raw('HTTP/1.1 103 Early Hints', '', '').repeat(17) + ok('{}'),
  'a head without an end': `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`,
}

describe('malformed answers', () => {
  test.each(Object.entries(malformed))(
    'An ambiguous or malformed answer is a failure and closes the connection: %s',
    async (_what, answer) => {
      const { pool, sockets } = await serve((socket) => void socket.write(answer))
      expect(await outcome(pool)).toBe('answer')
      await until(() => sockets[0]?.destroyed === true)
    },
  )

  test.each([
    ['tells a length', raw('HTTP/1.1 200 OK', 'content-length: 999999999', '', '{}')],
    ['comes in chunks', chunked('ffffff', 'x'.repeat(0xffffff), '2', 'xx')],
  ])('An answer over the limit is a failure and closes the connection: it %s', async (_how, answer) => {
    const { pool, sockets } = await serve((socket) => void socket.write(answer))
    expect(await outcome(pool)).toBe('size')
    await until(() => sockets[0]?.destroyed === true)
  })

  test.each([
    ['before it began', ''],
    ['in its head', 'HTTP/1.1 200 O'],
    ['in its body', ok('{}').slice(0, -1)],
    ['in a chunk', chunked('5', 'ab')],
    ['between chunks', chunked('2', '{}')],
  ])('A truncated answer is a connection failure: cut %s', async (_where, answer) => {
    const { pool } = await serve((socket) => void socket.end(answer))
    expect(await outcome(pool)).toBe('connection')
  })
})

describe('request', () => {
  test.each([1, 10_000])('A request is sent unchanged, in any script and of any size (%d)', async (times) => {
    const body = Buffer.from(`{"a":"${'日本'.repeat(times)}"}`)
    const { pool, received } = await serve((socket) => {
      if (received().endsWith('"}')) socket.write(ok('{}'))
    })
    await outcome(pool, { headers: ['authorization', 'Opaque \xe9'], body })
    const { port } = new URL(`http://${/host: (\S+)/.exec(received())?.[1]}`)
    expect(received()).toBe(
      raw(
        'POST /graphql HTTP/1.1',
        `host: 127.0.0.1:${port}`,
        'authorization: Opaque \xe9',
        `content-length: ${body.length}`,
        '',
        body.toString('latin1'),
      ),
    )
  })

  test.each(['a\r\nx: y', 'a\ny', 'a\0', 'a\u0100'])('A request cannot carry the header %j', async (value) => {
    const { pool, sockets } = await serve(() => undefined)
    expect(() => pool.send(request({ headers: ['authorization', value] }))).toThrow(CallFailure)
    expect(sockets).toEqual([])
  })

  test('A request past its deadline is aborted, with its connection or while it waits for one', async () => {
    using clock = stopClock()
    const { pool, sockets, received } = await serve(() => undefined)
    const deadline = performance.now() + 50
    const both = [outcome(pool, { deadline }), outcome(pool, { deadline })]
    await until(() => received().endsWith('{}'))
    await clock.step(50)
    expect(await Promise.all(both)).toEqual(['timeout', 'timeout'])
    await until(() => sockets[0]?.destroyed === true)
  })

  test('A request can be cancelled in flight and in the queue, at no cost to others', async () => {
    const { pool, sockets } = await serve((socket, piece) => {
      if (piece.includes('answer me')) socket.write(ok('{}'))
    })
    const cancelled = new CallFailure('cancelled', 'enough')
    const [first, second] = [pool.send(request()), pool.send(request())]
    const third = outcome(pool, { body: Buffer.from('answer me') })
    await until(() => sockets.length === 1)
    second.cancel(cancelled)
    await expect(second.answer).rejects.toMatchObject({ kind: 'cancelled' })
    first.cancel(cancelled)
    await expect(first.answer).rejects.toMatchObject({ kind: 'cancelled' })
    expect(await third).toBe('200 {}')
    first.cancel(cancelled)
    expect(await outcome(pool, { body: Buffer.from('answer me') })).toBe('200 {}')
    expect(sockets.length).toBe(2)
  })

  test.each([
    ['by their length', (text: string) => ok(text)],
    ['by chunks', (text: string) => chunked(text.length.toString(16), text, '0', '')],
  ])('Answers that arrive concurrently in pieces do not mix, framed %s', async (_how, write) => {
    const letters = Array.from('abcdefgh')
    const sockets = new Map<string, Socket>()
    const { pool } = await serve((socket, piece) => {
      sockets.set(piece.toString().at(-1) ?? '', socket)
    }, letters.length)
    const all = letters.map((letter) => pool.send(request({ body: Buffer.from(letter) })).answer)
    await until(() => sockets.size === letters.length)
    const whole = (letter: string): string => letter.repeat(50_000)
    const pieces = letters.map((letter) => [letter, write(whole(letter))] as const)
    for (const [from, to] of [
      [0, 10],
      [10, 60],
      [60, 100],
      [100, 20_000],
      [20_000, Infinity],
    ] as const) {
      for (const [letter, answer] of pieces) sockets.get(letter)?.write(answer.slice(from, to))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const bodies = (await Promise.all(all)).map(({ body }) => body.toString())
    expect(bodies.map((body, index) => body === whole(letters[index] ?? ''))).toEqual(letters.map(() => true))
  })

  test('Each connection carries one request at a time, and the connections are limited', async () => {
    const waiting: Socket[] = []
    const { pool, sockets } = await serve((socket) => void waiting.push(socket), 3)
    const all = Array.from({ length: 9 }, () => outcome(pool))
    for (let answered = 0; answered < 9; answered += 3) {
      await until(() => waiting.length === 3)
      for (const socket of waiting.splice(0)) socket.write(ok('{}'))
    }
    expect(new Set(await Promise.all(all))).toEqual(new Set(['200 {}']))
    expect(sockets.length).toBe(3)
  })

  test('A waiting request takes a new connection when the one before it dies', async () => {
    const { pool } = await serve((socket, piece) => {
      if (piece.includes('die')) socket.destroy()
      else socket.write(ok('{}'))
    })
    expect(await Promise.all([outcome(pool, { body: Buffer.from('die') }), outcome(pool)])).toEqual([
      'connection',
      '200 {}',
    ])
  })

  test('A request to an unreachable address fails', async () => {
    const { pool, sockets } = await serve((socket) => void socket.write(ok('{}')))
    await outcome(pool)
    pool.destroy()
    await until(() => sockets[0]?.destroyed === true)
    const nobody = createHttpPool('http://127.0.0.1:1', 1)
    expect(await outcome(nobody)).toBe('connection')
    nobody.destroy()
  })

  test('Over TLS only a server with a valid certificate is accepted', async () => {
    const server = createSecureServer(certificate, (_request, response) => void response.end('{"secure":true}'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = `https://localhost:${(server.address() as AddressInfo).port}`
    const trusted = getCACertificates('default')
    const [before, after] = [createHttpPool(address, 1), createHttpPool(address, 1)]
    try {
      expect(await outcome(before)).toBe('connection')
      setDefaultCACertificates([...trusted, certificate.cert])
      for (let n = 0; n < 2; n += 1) expect(await outcome(after)).toBe('200 {"secure":true}')
    } finally {
      setDefaultCACertificates(trusted)
      before.destroy()
      after.destroy()
      server.close()
      server.closeAllConnections()
    }
  })
})
