import { once } from 'node:events'
import { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { WebSocket, WebSocketServer } from 'ws'
import type { HttpReply } from '../../../../platform/http/message/message.ts'
import type { HttpListener } from '../../../../platform/http/server/listen.ts'
import { readInto } from '../../../../platform/memory/shared-buffer.ts'
import { until } from '../../../support/until.ts'
import { answersOn, dial, listenWithFastPath, nextOf, post, takenIn, tell } from '../both-readers.ts'

const listeners: HttpListener[] = []
const open = async (...options: Parameters<typeof listenWithFastPath>): Promise<HttpListener> => {
  const listener = await listenWithFastPath(...options)
  listeners.push(listener)
  return listener
}
afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.drain(0)))
})

/** Writes pieces one by one; returns the requests that the answers echo. */
async function exchange(listener: HttpListener, pieces: readonly string[], count: number) {
  const accepted = once(listener.server, 'connection')
  const socket = await dial(listener)
  const [peer] = (await accepted) as [Socket]
  const answers = answersOn(socket)
  const received = []
  for (const piece of pieces) {
    socket.write(piece)
    // Waits until each piece has arrived by itself.
    await until(() => peer.bytesRead === socket.bytesWritten)
  }
  while (received.length < count) received.push(takenIn(await nextOf(answers)))
  socket.destroy()
  return received.map(({ by, body }) => `${by} ${body}`)
}

describe('plain operation', () => {
  test('The fast path takes operations one after the other on a connection, in any script', async () => {
    const listener = await open()
    expect(await exchange(listener, [post('{"a":1}'), post('{"ä":"日本 🙂"}'), post('')], 3)).toEqual([
      'fast path {"a":1}',
      'fast path {"ä":"日本 🙂"}',
      'fast path ',
    ])
  })

  test('A request keeps its own body while other connections send theirs', async () => {
    const { promise: allCame, resolve } = Promise.withResolvers<void>()
    let count = 0
    const listener = await open(async (request, reply) => {
      count += 1
      if (count === 20) resolve()
      await allCame
      await tell(request, reply)
    })
    const sent = Array.from({ length: 20 }, (_, index) => `{"mine":${index}}`)
    const received = await Promise.all(
      sent.map(async (body) => {
        const socket = await dial(listener)
        socket.write(post(body, [`authorization: ${body}`]))
        const { headers, body: told } = takenIn(await nextOf(answersOn(socket)))
        socket.destroy()
        return [headers['authorization'], told]
      }),
    )
    expect(received).toEqual(sent.map((body) => [body, body]))
  })

  test('A request may have other headers than the one before it', async () => {
    const socket = await dial(await open())
    const answers = answersOn(socket)
    const lines = [['a: 1', 'b: 2'], ['a: 1', 'b: 3'], ['b: 3'], ['b: 3', 'A:4', 'c:'], ['b: 3', 'A:4', 'c:']]
    for (const some of lines) {
      socket.write(post('{}', some))
      const { by, headers } = takenIn(await nextOf(answers))
      const expected = some.map((line) => line.split(':').map((part) => part.trim().toLowerCase()))
      expect({ by, headers }).toEqual({
        by: 'fast path',
        headers: { host: 'here', 'content-length': '2', ...Object.fromEntries(expected) },
      })
    }
    socket.destroy()
  })

  test('The answer has the same length, date and keep-alive headers as from Node', async () => {
    const socket = await dial(await open())
    const before = Date.now()
    socket.write(post('{}'))
    const { head } = await nextOf(answersOn(socket))
    const date = Date.parse(/^date: (.*)$/m.exec(head)?.[1] ?? '')
    expect(date).toBeGreaterThan(before - 2_000)
    expect(date).toBeLessThanOrEqual(Date.now())
    for (const line of [
      /^http\/1\.1 200 ok\r$/m,
      /^content-length: \d+\r$/m,
      /^connection: keep-alive\r$/m,
      /^keep-alive: timeout=65$/m,
    ])
      expect(head).toMatch(line)
    socket.destroy()
  })

  test.each([
    ['the answer fails', () => Promise.reject(new Error('secret'))],
    ['a header would be two', async (_request, reply) => reply.send(200, ['vary', 'a\r\nset-cookie: b'], '{}')],
    ['a header would not fit in latin1', async (_request, reply) => reply.send(200, ['vary', 'a\u{10a}b'], '{}')],
  ] satisfies [string, Parameters<typeof listenWithFastPath>[0]][])(
    'The answer is 500 without the reason where %s',
    async (_case, answer) => {
      const socket = await dial(await open(answer))
      socket.write(post('{}'))
      const { status, head, body } = await nextOf(answersOn(socket))
      expect([status, JSON.parse(body)]).toEqual([
        500,
        { errors: [{ message: 'Internal error.', extensions: { code: 'INTERNAL' } }] },
      ])
      expect(head).not.toContain('set-cookie')
      socket.destroy()
    },
  )
})

describe('requests left to Node', () => {
  test.each([
    ['comes in pieces', [post('{}').slice(0, 30), post('{}').slice(30)], ['node {}']],
    ['has its body in a piece of its own', [post('{"a":1}').slice(0, -7), '{"a":1}'], ['node {"a":1}']],
    ['comes with the next', [post('{"a":1}') + post('{"a":2}')], ['node {"a":1}', 'node {"a":2}']],
    [
      'comes with a part of the next',
      [`${post('{"a":1}')}POST`, post('{"a":2}').slice(4)],
      ['node {"a":1}', 'node {"a":2}'],
    ],
    ['goes to another path', [post('{}').replace('/graphql', '/graphql?a=1')], ['node {}']],
    ['has another method', ['GET /graphql HTTP/1.1\r\nhost: here\r\n\r\n'], ['node ']],
    [
      'is chunked',
      ['POST /graphql HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
      ['node {}'],
    ],
    ['says a header twice', [post('{}', ['a: 1', 'A: 2'])], ['node {}']],
    ['is longer than a piece', [post(`"${'x'.repeat(200_000)}"`)], [`node "${'x'.repeat(200_000)}"`]],
  ])('Node gets the whole request where it %s', async (_case, pieces, expected) => {
    expect(await exchange(await open(), pieces, expected.length)).toEqual(expected)
  })

  test('Node can get a connection after operations of the fast path', async () => {
    const get = 'GET /health HTTP/1.1\r\nhost: here\r\n\r\n'
    expect(await exchange(await open(), [post('{"a":1}'), get, post('{"a":2}')], 3)).toEqual([
      'fast path {"a":1}',
      'node ',
      'node {"a":2}',
    ])
  })

  test('Node gets a pipelined request in its order', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { promise: came, resolve: come } = Promise.withResolvers<void>()
    const listener = await open(async (request, reply) => {
      come()
      await promise
      await tell(request, reply)
    })
    const accepted = once(listener.server, 'connection')
    const socket = await dial(listener)
    const [peer] = (await accepted) as [Socket]
    const answers = answersOn(socket)
    socket.write(post('{"a":1}'))
    await came
    const { bytesRead } = peer
    for (const body of ['{"a":2}', '{"a":3}']) socket.write(post(body))
    await until(() => peer.bytesRead > bytesRead)
    resolve()
    const received = [await nextOf(answers), await nextOf(answers), await nextOf(answers)].map(takenIn)
    expect(received.map(({ by, body }) => `${by} ${body}`)).toEqual([
      'fast path {"a":1}',
      'node {"a":2}',
      'node {"a":3}',
    ])
    socket.destroy()
  })

  test('A connection may become a WebSocket, also after the fast path has read from it', async () => {
    const listener = await open()
    const sockets = new WebSocketServer({ noServer: true })
    listener.server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (accepted) =>
        accepted.on('message', (data) => accepted.send(`${data}!`)),
      )
    })
    const socket = await dial(listener)
    socket.write(post('{}'))
    expect(takenIn({ body: String((await once(socket, 'data'))[0]).split('\r\n\r\n')[1] ?? '' }).by).toBe('fast path')
    const client = new WebSocket('ws://here', { createConnection: () => socket })
    await once(client, 'open')
    for (const word of ['one', 'x'.repeat(100_000)]) {
      client.send(word)
      const [data] = await once(client, 'message')
      expect(String(data) === `${word}!`).toBe(true)
    }
    client.terminate()
  })
})

describe('clients', () => {
  test('A client that leaves by destroy or by end is noticed while its answer is due', async () => {
    const left = (['destroy', 'end'] as const).map(async (leave) => {
      const { promise: noticed, resolve: notice } = Promise.withResolvers<boolean>()
      const { promise: came, resolve: come } = Promise.withResolvers<void>()
      const listener = await open(async (_request, reply) => {
        reply.onHangUp(() => notice(reply.isClosed()))
        come()
      })
      const socket = await dial(listener)
      socket.write(post('{}'))
      await came
      socket[leave]()
      const isClosed = await noticed
      socket.destroy()
      return [leave, isClosed]
    })
    expect(await Promise.all(left)).toEqual([
      ['destroy', true],
      ['end', true],
    ])
  })

  test('A client that has its whole answer is not reported as gone', async () => {
    let left = 0
    const listener = await open(async (request, reply) => {
      reply.onHangUp(() => {
        left += 1
      })
      await tell(request, reply)
    })
    const socket = await dial(listener)
    const answers = answersOn(socket)
    socket.write(post('{}'))
    await nextOf(answers)
    socket.end()
    await once(socket, 'close')
    expect(left).toBe(0)
  })

  test('A client is cut off when idle for too long, and not while it waits for an answer', async () => {
    const listener = await open(async (request, reply) => {
      // Another client, which connected later and is idle, is cut off meanwhile.
      await once((await dial(listener)).resume(), 'close')
      await tell(request, reply)
    }, 200)
    const socket = await dial(listener)
    const closed = once(socket, 'close')
    socket.write(post('{}'))
    expect(takenIn(await nextOf(answersOn(socket))).by).toBe('fast path')
    await closed
  })

  /** Waits until the server has cut off a new client that sends nothing. */
  const passed = async (listener: HttpListener): Promise<void> => {
    await once((await dial(listener)).resume(), 'close')
  }

  test('A client that asks again and again is not cut off', async () => {
    const listener = await open(tell, 100)
    const socket = await dial(listener)
    const answers = answersOn(socket)
    for (let round = 0; round < 3; round += 1) {
      let isOver = false
      const over = passed(listener).then(() => {
        isOver = true
      })
      while (!isOver) {
        socket.write(post(`${round}`))
        expect(takenIn(await nextOf(answers))).toMatchObject({ by: 'fast path', body: `${round}` })
      }
      await over
    }
    socket.destroy()
  })

  test('A client that reads a long answer slowly is not cut off', async () => {
    const length = 16_000_000
    const listener = await open(async (_request, reply) => reply.send(200, [], Buffer.alloc(length)), 200)
    const clock = await open(tell, 40)
    const socket = await dial(listener)
    let read = 0
    let rounds = 0
    socket.on('data', (piece) => {
      read += piece.length
      if (read > rounds * 1_000_000) socket.pause()
    })
    socket.write(post('{}'))
    for (; read < length && !socket.destroyed; rounds += 1) {
      socket.resume()
      await passed(clock)
    }
    expect(read).toBeGreaterThan(length)
    expect(rounds).toBeGreaterThan(8)
    socket.destroy()
  })

  test.each([
    ['an answer', (reply: HttpReply) => reply.send(200, [], Buffer.alloc(8_000_000))],
    ['a stream', (reply: HttpReply) => void reply.stream(200, []).write('x'.repeat(8_000_000))],
  ])('A client that stops reading %s is cut off', async (_case, send) => {
    const listener = await open(async (_request, reply) => send(reply), 50)
    const socket = await dial(listener)
    socket.pause().write(post('{}'))
    const count = promisify(listener.server.getConnections.bind(listener.server))
    await until(async () => (await count()) === 0)
    socket.destroy()
  })

  test('A client that reads nothing has no further request served', async () => {
    let served = 0
    const large = Buffer.alloc(8_000_000, 'x')
    const listener = await open(async (_request, reply) => {
      served += 1
      reply.send(200, [], large)
    })
    const accepted = once(listener.server, 'connection')
    const socket = await dial(listener)
    const [peer] = (await accepted) as [Socket]
    socket.pause()
    socket.write(post('{"a":1}'))
    await until(() => served === 1)
    socket.write(post('{"a":2}'))
    await until(() => peer.bytesRead === socket.bytesWritten)
    expect(served).toBe(1)
    const answers = answersOn(socket)
    expect((await nextOf(answers)).body).toHaveLength(large.length)
    expect(takenIn(await nextOf(answers))).toMatchObject({ by: 'node', body: '{"a":2}' })
    socket.destroy()
  })

  test('Memory of an answer is freed once the operating system has all of it, not before', async () => {
    const loan = { bytes: Buffer.alloc(0), free: jest.fn() }
    const large = Buffer.alloc(16_000_000, 'x')
    const listener = await open(async (_request, reply) => reply.send(200, [], large, loan))
    const accepted = once(listener.server, 'connection')
    const socket = await dial(listener)
    const [peer] = (await accepted) as [Socket]
    socket.pause()
    socket.write(post('{}'))
    await until(() => peer.bytesWritten > large.length && peer.writableLength > 0)
    for (let turns = 0; turns < 20; turns += 1) await nextTurn()
    expect(loan.free).not.toHaveBeenCalled()
    expect((await nextOf(answersOn(socket))).body).toBe(large.toString())
    await until(() => loan.free.mock.calls.length > 0)
    expect(loan.free).toHaveBeenCalledTimes(1)
    socket.destroy()
  })

  test('Memory of an answer that its client did not read is left to the garbage collector', async () => {
    const loan = { bytes: Buffer.alloc(0), free: jest.fn() }
    const listener = await open(async (_request, reply) => reply.send(200, [], Buffer.alloc(16_000_000), loan))
    const accepted = once(listener.server, 'connection')
    const socket = await dial(listener)
    const [peer] = (await accepted) as [Socket]
    socket.pause()
    socket.write(post('{}'))
    await until(() => peer.writableLength > 0)
    socket.destroy()
    await until(() => peer.closed)
    expect(loan.free).not.toHaveBeenCalled()
  })

  test('Memory of an answer that was converted to text is freed at once', async () => {
    const loan = { bytes: Buffer.alloc(0), free: jest.fn() }
    const socket = await dial(await open(async (_request, reply) => reply.send(200, [], '{}', loan)))
    socket.write(post('{}'))
    expect((await nextOf(answersOn(socket))).body).toBe('{}')
    expect(loan.free).toHaveBeenCalledTimes(1)
    socket.destroy()
  })

  test('A client that asks to close the connection gets its answer first', async () => {
    const socket = await dial(await open())
    const answers = answersOn(socket)
    socket.write(post('{}', ['Connection: Close']))
    const answer = await nextOf(answers)
    expect([takenIn(answer).by, /^connection: close$/m.test(answer.head)]).toEqual(['fast path', true])
    expect((await answers.next()).done).toBe(true)
  })

  test('A stream reaches its client until the connection ends', async () => {
    const listener = await open(async (_request, reply) => {
      const stream = reply.stream(200, ['content-type', 'text/event-stream'])
      stream.write('one,')
      stream.end('two')
    })
    const socket = await dial(listener)
    socket.write(post('{}'))
    const pieces = await socket.setEncoding('utf8').toArray()
    expect(pieces.join('')).toMatch(/\r\nconnection: close\r\n\r\none,two$/)
  })
})

test('This version of Node lets the fast path read into one buffer', async () => {
  const listener = await open()
  const socket = await dial(listener)
  expect(readInto(socket, () => true)).toBeDefined()
  expect(readInto(new Socket(), () => true)).toBeUndefined()
  socket.destroy()
})

test('A stream may be silent for longer than a connection may be idle; one that is not read is cut off', async () => {
  const listener = await open(async (_request, reply) => {
    const stream = reply.stream(200, [])
    stream.write('one ')
    // A client that came later and sends nothing is cut off meanwhile.
    const other = await dial(listener)
    await once(other.resume(), 'close')
    stream.end('two')
  }, 100)
  const socket = await dial(listener)
  socket.write(post('{}'))
  expect((await socket.toArray()).join('')).toMatch(/one two$/)

  const large = await open(async (_request, reply) => void reply.stream(200, []).write('x'.repeat(8_000_000)), 100)
  const count = promisify(large.server.getConnections.bind(large.server))
  const unread = (await dial(large)).pause()
  unread.write(post('{}'))
  await until(async () => (await count()) === 0)
  unread.destroy()
})
