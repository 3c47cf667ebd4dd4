import type { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createHeadReader } from '../../../../platform/http/fast-path/request-head.ts'
import type { HttpListener } from '../../../../platform/http/server/listen.ts'
import fc from '../../../support/fast-check.ts'
import { answersOn, dial, listenByNode, listenWithFastPath, type Taken, takenIn } from '../both-readers.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

let listener: HttpListener
let plain: HttpListener
beforeAll(async () => {
  listener = await listenWithFastPath()
  plain = await listenByNode()
  for (const { server } of [listener, plain])
    server.prependListener('connection', (socket: Socket) => peers.set(socket.remotePort, socket))
})
afterAll(async () => {
  await Promise.all([listener.drain(0), plain.drain(0)])
})

/** After so many event loop turns without an answer, a reader waits for more bytes. */
const TURNS = 50

/** The server's sockets, by the ports of the clients. */
const peers = new Map<number | undefined, Socket>()

async function ask(listener: HttpListener, bytes: string): Promise<Taken | string> {
  const socket = await dial(listener)
  const port = socket.localPort
  let isOver = false
  const giveUp = async (): Promise<void> => {
    const length = Buffer.byteLength(bytes, 'latin1')
    for (let turns = 0; turns < TURNS && !isOver; ) {
      await new Promise(setImmediate)
      if (peers.get(port)?.bytesRead === length) turns += 1
    }
    socket.destroy()
  }
  try {
    socket.write(bytes, 'latin1')
    void giveUp()
    const { value } = await answersOn(socket).next()
    if (!value) return 'no answer'
    return value.status === 200 ? takenIn(value) : `status ${value.status}`
  } catch {
    return 'no answer'
  } finally {
    isOver = true
    peers.delete(port)
    socket.destroy()
  }
}

const names = [
  'a',
  'X-Thing',
  'accept',
  'authorization',
  'cookie',
  'content-type',
  'host',
  'constructor',
  '__proto__',
  'x_y',
  'te',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'content-encoding',
  'expect',
  'a b',
  'ä',
  '',
  '\x00',
  'a\t',
  ' a',
  '(a)',
]
const values = [
  '',
  '1',
  'a b',
  'a:b',
  'ü',
  '\x00',
  'a\x0bb',
  'a\rb',
  'a\nb',
  'a\tb',
  'a ',
  '\ta',
  'keep-alive',
  'close',
  'chunked',
  'identity',
  'gzip',
  '3',
  '+3',
  '03',
  '3, 3',
  '3x',
  '0x3',
  '100-continue',
  '\x7f',
  'x'.repeat(20_000),
]
const weighted = <Value>(usual: readonly Value[], odd: readonly Value[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) })
const line = fc
  .tuple(
    fc.constantFrom(...names),
    weighted([': ', ':'], [' : ', ':  ', ':\t', '', ';']),
    fc.constantFrom(...values),
    weighted(['\r\n'], ['\n', '\r', '\r\n ', '\r\n\t', '\r\r\n']),
  )
  .map((parts) => parts.join(''))
const start = weighted(
  ['POST /graphql HTTP/1.1\r\n'],
  [
    'POST /graphql HTTP/1.0\r\n',
    'POST  /graphql HTTP/1.1\r\n',
    'POST /graphql HTTP/1.1\n',
    'post /graphql HTTP/1.1\r\n',
    'POST /graphql HTTP/1.1 \r\n',
    '\r\nPOST /graphql HTTP/1.1\r\n',
  ],
)
const length = weighted(
  ['content-length: 3\r\n', 'Content-Length:3\r\n'],
  [
    '',
    'content-length: 2\r\n',
    'content-length: 4\r\n',
    'content-length: 003\r\n',
    'content-length: -3\r\n',
    'content-length: 3 \r\n',
    'content-length : 3\r\n',
  ],
)
const request = fc
  .tuple(
    start,
    weighted(['host: here\r\n'], ['']),
    fc.array(line, { maxLength: 3 }),
    length,
    weighted(['\r\n'], ['\n', '']),
    weighted(['{1}'], ['', '{1', '{1}}']),
  )
  .map(([first, host, lines, sized, end, body]) => first + host + lines.join('') + sized + end + body)

test('Node reads every request that the fast path takes in the same way', async () => {
  let taken = 0
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 20, maxLength: 20 }), async (requests) => {
      await Promise.all(
        requests.map(async (bytes) => {
          const byFront = await ask(listener, bytes)
          if (typeof byFront === 'string' || byFront.by === 'node') return
          taken += 1
          expect({ ...byFront, by: 'node' }).toEqual(await ask(plain, bytes))
        }),
      )
    }),
    { numRuns: 40 },
  )
  // Fails if hardly anything was compared.
  expect(taken).toBeGreaterThan(40)
})

test('The state of a connection retains no body, and only the last heads', () => {
  const read = createHeadReader()
  const heap = (): number => {
    gc()
    return process.memoryUsage().heapUsed
  }
  const request = (turn: number): Buffer => {
    const lines = Array.from({ length: 50 }, (_, index) => `a${index}: ${'v'.repeat(100)}${index < turn ? 1 : 0}`)
    return Buffer.from(
      ['POST /graphql HTTP/1.1', 'host: here', ...lines, 'content-length: 40000', '', 'x'.repeat(40_000)].join('\r\n'),
    )
  }
  expect(read(request(0), 1)).toBeUndefined()
  const before = heap()
  for (let turn = 0; turn < 50; turn += 1) {
    const bytes = request(turn)
    expect(read(bytes, bytes.length)?.length).toBe(40_000)
  }
  const kept = heap() - before
  // Keeps the state in use, so that it is not collected itself.
  expect(read(request(50), 1)).toBeUndefined()
  // Each body has 40 kB, each head 6.
  expect(kept).toBeLessThan(60_000)
})

test('A head is read independently of earlier heads of the connection', () => {
  let read = 0
  fc.assert(
    fc.property(fc.array(request, { minLength: 2, maxLength: 8 }), (requests) => {
      const reader = createHeadReader()
      for (const text of requests) {
        const bytes = Buffer.from(text, 'latin1')
        const head = reader(bytes, bytes.length)
        expect(head).toEqual(createHeadReader()(bytes, bytes.length))
        if (head) read += 1
      }
    }),
    { numRuns: 1_000 },
  )
  // Else nothing was compared.
  expect(read).toBeGreaterThan(100)
})

test('A head that is left to Node changes nothing for the next', () => {
  const reader = createHeadReader()
  const valueIn = (lines: readonly string[]): unknown => {
    const bytes = Buffer.from(['POST /graphql HTTP/1.1', 'host: here', ...lines, '', ''].join('\r\n'))
    return reader(bytes, bytes.length)?.headers['a']
  }
  expect(valueIn(['a: 1', 'content-length: 0'])).toBe('1')
  expect(valueIn(['a: 2', 'content-length : 0'])).toBeUndefined()
  expect(valueIn(['a: 2', 'content-length: 0'])).toBe('2')
})

test('A head ends at its first empty line, though another ends where the head before it did', () => {
  const reader = createHeadReader()
  const long = 'POST /graphql HTTP/1.1\r\nhost: here\r\naccept: text\r\ncontent-length: 0\r\n\r\n'
  const short = 'POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-length: 14\r\n\r\n'
  const body = `${' '.repeat(long.length - short.length - 4)}\r\n\r\n{}`
  expect(reader(Buffer.from(long), long.length)?.end).toBe(long.length)
  const bytes = Buffer.from(short + body)
  expect(reader(bytes, bytes.length)).toMatchObject({ end: short.length, length: 14 })
})

test('Heads to several paths are distinguished, and paths may change between them', () => {
  let paths = ['/graphql', '/graphql/partner']
  const read = createHeadReader(() => paths)
  const urlOf = (path: string): string | undefined => {
    const bytes = Buffer.from(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}`)
    return read(bytes, bytes.length)?.url
  }
  expect(['/graphql', '/graphql/partner', '/graphql', '/partners'].map(urlOf)).toEqual([
    ...paths,
    '/graphql',
    undefined,
  ])
  paths = ['/graphql', '/partners']
  expect(['/partners', '/graphql/partner'].map(urlOf)).toEqual(['/partners', undefined])
})

test('A request without a path is left to Node, also as the first of its connection', () => {
  const bytes = Buffer.from('POST  HTTP/1.1\r\nhost: here\r\ncontent-length: 0\r\n\r\n')
  expect(createHeadReader()(bytes, bytes.length)).toBeUndefined()
})
