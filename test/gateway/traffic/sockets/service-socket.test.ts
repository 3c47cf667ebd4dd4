/** WebSockets to services that break the protocol, close, or send faster than they are read. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createRawServer } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, describe, expect, test } from '@jest/globals'
import { type WebSocket, WebSocketServer } from 'ws'
import { CallFailure } from '../../../../gateway/traffic/call/failure.ts'
import { stateful } from '../../../../gateway/traffic/call/kind.ts'
import {
  openServiceSocket,
  type ServiceSocket,
  type SocketOptions,
} from '../../../../gateway/traffic/sockets/service-socket.ts'
import { verifySignature } from '../../../../platform/protocol/signature.ts'
import { until } from '../../../support/until.ts'
import { callOf, trafficTo } from '../../../support/upstream.ts'
import { certificate } from '../client/certificate.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0)) close()
})

interface Received {
  readonly type: string
  readonly id?: string
  readonly payload?: unknown
}

interface Service {
  readonly url: string
  readonly received: Received[]
  readonly requests: IncomingMessage[]
}

interface ServeOptions {
  readonly acknowledges?: boolean
  readonly speaks?: string
  readonly server?: Server
}

/** @param onMessage called with each message after the handshake */
async function serve(
  onMessage: (socket: WebSocket, message: Received) => unknown,
  { acknowledges = true, speaks = 'graphql-transport-ws', server = createServer() }: ServeOptions = {},
): Promise<Service> {
  const sockets = new WebSocketServer({ server, handleProtocols: () => speaks })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const received: Received[] = []
  const requests: IncomingMessage[] = []
  sockets.on('connection', (socket, request) => {
    requests.push(request)
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Received
      received.push(message)
      if (message.type === 'connection_init' && acknowledges) socket.send('{"type":"connection_ack"}')
      else onMessage(socket, message)
    })
  })
  opened.push(() => {
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
    server.close()
  })
  return { url: `http://127.0.0.1:${(sockets.address() as AddressInfo).port}`, received, requests }
}

interface OpenOptions extends Pick<SocketOptions, 'slowReaderTimeout' | 'handshake' | 'acknowledgement'> {
  readonly judgesCaller?: boolean
  readonly at?: string
}

function open(url: string, { judgesCaller = true, at, ...timeouts }: OpenOptions = {}) {
  const socket = openServiceSocket(
    { origin: url, at, path: '/', url, headers: ['authorization', 'Bearer x'], judgesCaller },
    { keepAlive: () => undefined, onEnd: () => undefined, ...timeouts },
  )
  return socket
}

const BODY = Buffer.from('{"query":"subscription { a }"}')
const follow = (socket: ServiceSocket) => socket.subscribe(BODY, new AbortController().signal)

/** The outcome of a subscription: the bodies of its answers, then kind and code of its failure. */
async function outcomeOf(socket: ServiceSocket): Promise<readonly string[]> {
  const stream = follow(socket)
  const seen: string[] = []
  try {
    for (let answer = await stream.next(); answer; answer = await stream.next()) seen.push(answer.body.toString())
    seen.push('complete')
  } catch (error) {
    seen.push(error instanceof CallFailure ? `${error.kind} ${error.code}` : String(error))
  } finally {
    stream.close()
  }
  return seen
}

const closing = (code: number) => (socket: WebSocket) => socket.close(code, 'because')
const saying =
  (...texts: string[]) =>
  (socket: WebSocket, { id }: Received) => {
    for (const text of texts) socket.send(text.replace('ID', id ?? ''))
  }

const EVENT = '{"type":"next","id":"ID","payload":{"data":{"n":12345678901234567890.10}}}'
const EVENT_BODY = '{"data":{"n":12345678901234567890.10}}'

describe('messages of a service', () => {
  test.each<[string, (socket: WebSocket, message: Received) => void, string[]]>([
    [
      'events until it is complete',
      saying(EVENT, EVENT, '{"type":"complete","id":"ID"}'),
      [EVENT_BODY, EVENT_BODY, 'complete'],
    ],
    [
      'errors before it began',
      saying('{"type":"error","id":"ID","payload":[{"message":"no"}]}'),
      ['{"errors":[{"message":"no"}]}', 'complete'],
    ],
    [
      'an event, and then goes',
      (socket, message) => [saying(EVENT)(socket, message), socket.close(1001)],
      [EVENT_BODY, 'connection SERVICE_UNAVAILABLE'],
    ],
    [
      'events of others',
      saying('{"type":"next","id":"77","payload":{"data":{}}}', '{"type":"complete","id":"ID"}'),
      ['complete'],
    ],
    ['what is no answer', saying('{"type":"next","id":"ID","payload":7}'), ['answer SERVICE_UNAVAILABLE']],
    ['what is no JSON', saying('hello'), ['answer SERVICE_UNAVAILABLE']],
    ['an unknown message', saying('{"type":"hello"}'), ['answer SERVICE_UNAVAILABLE']],
    ['bytes', (socket) => socket.send(Buffer.from('{}')), ['answer SERVICE_UNAVAILABLE']],
    [
      'too much at once',
      saying(`{"type":"next","id":"ID","payload":{"data":"${'x'.repeat(5_000_000)}"}}`),
      ['size SERVICE_UNAVAILABLE'],
    ],
    ['4400', closing(4400), ['answer SERVICE_UNAVAILABLE']],
    ['4401', closing(4401), ['refused UNAUTHENTICATED']],
    ['4403', closing(4403), ['refused FORBIDDEN']],
    ['4408', closing(4408), ['timeout SERVICE_TIMEOUT']],
    ['4500', closing(4500), ['connection SERVICE_UNAVAILABLE']],
    ['1008', closing(1008), ['refused SERVICE_UNAVAILABLE']],
    ['1011', closing(1011), ['connection SERVICE_UNAVAILABLE']],
    ['1012', closing(1012), ['connection SERVICE_UNAVAILABLE']],
    ['nothing, and cuts', (socket) => socket.terminate(), ['connection SERVICE_UNAVAILABLE']],
  ])('A service that says %s is understood', async (_what, onMessage, expected) => {
    const { url } = await serve(onMessage)
    expect(await outcomeOf(open(url))).toEqual(expected)
  })

  test("Refused credentials of the gateway itself are not reported as the caller's", async () => {
    const { url } = await serve(closing(4401), { acknowledges: false })
    expect(await outcomeOf(open(url, { judgesCaller: false }))).toEqual(['refused SERVICE_UNAVAILABLE'])
  })

  test('A service with another protocol is disconnected at once', async () => {
    const { url } = await serve(() => undefined, { speaks: 'graphql-ws' })
    expect(await outcomeOf(open(url))).toEqual(['answer SERVICE_UNAVAILABLE'])
  })

  test.each([
    [404, 'refused SERVICE_UNAVAILABLE'],
    [401, 'refused UNAUTHENTICATED'],
    [403, 'refused FORBIDDEN'],
    [503, 'connection SERVICE_UNAVAILABLE'],
    [302, 'answer SERVICE_UNAVAILABLE'],
  ])('A service that answers the upgrade with %d is understood', async (status, expected) => {
    const server = createServer((_request, response) => response.writeHead(status).end())
    server.on('upgrade', (_request, socket) => socket.end(`HTTP/1.1 ${status} X\r\nconnection: close\r\n\r\n`))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    opened.push(() => server.close())
    const { port } = server.address() as AddressInfo
    expect(await outcomeOf(open(`http://127.0.0.1:${port}`))).toEqual([expected])
  })

  test('A service that is down fails as unreached', async () => {
    expect(await outcomeOf(open('http://127.0.0.1:1'))).toEqual(['connection SERVICE_UNAVAILABLE'])
  })

  test('Of a name with several addresses, the chosen one is connected to, under the name', async () => {
    const { url, requests } = await serve(saying('{"type":"complete","id":"ID"}'))
    const named = url.replace('127.0.0.1', 'service.invalid')
    expect(await outcomeOf(open(named, { at: '127.0.0.1' }))).toEqual(['complete'])
    expect(requests[0]?.headers.host).toBe(new URL(named).host)
  })

  test('A silent service is disconnected, before it opens a WebSocket and after', async () => {
    const silent = createRawServer((socket) => socket.on('error', () => undefined))
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    opened.push(() => silent.close())
    const { port } = silent.address() as AddressInfo
    expect(await outcomeOf(open(`http://127.0.0.1:${port}`, { handshake: 20 }))).toEqual([
      'connection SERVICE_UNAVAILABLE',
    ])
    const { url } = await serve(() => undefined, { acknowledges: false })
    expect(await outcomeOf(open(url, { acknowledgement: 20 }))).toEqual(['timeout SERVICE_TIMEOUT'])
  })

  test('A ping is answered with its payload', async () => {
    const pings = saying('{"type":"ping","payload":{"at":1}}', '{"type":"ping"}')
    const { url, received } = await serve((socket, message) => message.type === 'subscribe' && pings(socket, message))
    follow(open(url))
    await until(() => received.filter(({ type }) => type === 'pong').length === 2)
    expect(received.filter(({ type }) => type === 'pong').map(({ payload }) => payload)).toEqual([{ at: 1 }, undefined])
  })
})

test('Over TLS only a service with a trusted certificate for its name is accepted', async () => {
  const server = createSecureServer(certificate)
  const { url, requests } = await serve(saying(EVENT, '{"type":"complete","id":"ID"}'), { server })
  const secure = url.replace('http://127.0.0.1', 'https://localhost')
  const trusted = getCACertificates('default')
  expect(await outcomeOf(open(secure))).toEqual(['connection SERVICE_UNAVAILABLE'])
  setDefaultCACertificates([...trusted, certificate.cert])
  try {
    expect(await outcomeOf(open(secure))).toEqual([EVENT_BODY, 'complete'])
    const other = secure.replace('localhost', 'service.invalid')
    expect(await outcomeOf(open(other, { at: '127.0.0.1' }))).toEqual(['connection SERVICE_UNAVAILABLE'])
    expect(requests.map(({ headers }) => headers.host)).toEqual([new URL(secure).host])
  } finally {
    setDefaultCACertificates(trusted)
  }
})

test('A service that sends pings and does not read the answers is disconnected', async () => {
  const { url } = await serve((socket, { type }) => {
    if (type !== 'subscribe') return
    socket.pause()
    const ping = JSON.stringify({ type: 'ping', payload: 'x'.repeat(1_000_000) })
    for (let n = 0; n < 60; n += 1) socket.send(ping)
  })
  expect(await outcomeOf(open(url))).toEqual(['answer SERVICE_UNAVAILABLE'])
})

describe('a slow reader', () => {
  const burst = (socket: WebSocket, { type, id }: Received) => {
    if (type !== 'subscribe') return
    const text = EVENT.replace('ID', id ?? '')
    for (let n = 0; n < (id === '1' ? 3_000 : 1); n += 1) socket.send(text)
  }

  test('A slow reader alone on its WebSocket slows the service down, and gets every event', async () => {
    const { url } = await serve(burst)
    const stream = follow(open(url, { slowReaderTimeout: 1 }))
    await until(() => stream.hasAnswered())
    let count = 0
    for (; count < 3_000; count += 1) expect((await stream.next())?.body.toString()).toBe(EVENT_BODY)
    stream.close()
  })

  test('A slow reader on a shared WebSocket is dropped, so that others continue, and may resume', async () => {
    const { url, received } = await serve(burst)
    const socket = open(url, { slowReaderTimeout: 50 })
    const [slow, other] = [follow(socket), follow(socket)]
    expect((await other.next())?.body.toString()).toBe(EVENT_BODY)
    await until(() => received.some(({ type, id }) => type === 'complete' && id === '1'))
    const drain = async (): Promise<void> => {
      while (await slow.next());
    }
    await expect(drain()).rejects.toMatchObject({ kind: 'connection' })
    expect(socket.takesMore()).toBe(true)
    other.close()
    expect(socket.takesMore()).toBe(false)
  })
})

test('The upgrade of a WebSocket to one of our own services is signed as a GET without a body', async () => {
  const { url, requests } = await serve(saying('{"type":"complete","id":"ID"}'))
  const definition = stateful('s', { subscriptions: 'ws', subscriptionPath: '/events' })
  const traffic = trafficTo(definition, [url], { ownServices: true })
  const { signal } = new AbortController()
  const call = callOf('s', BODY.toString(), { authorization: 'Bearer x' })
  for await (const _event of traffic.subscribe(call, signal)) break
  await traffic.close()
  const { method = '', headers, url: path = '' } = requests[0] ?? {}
  const signed = { authorization: 'Bearer x', requestId: 'test', perspective: undefined }
  const signature = headers?.['tributary-signature']?.toString()
  expect([method, path, headers?.['content-type']]).toEqual(['GET', '/events', undefined])
  expect(verifySignature('the secret of the tests', { ...signed, method, path, body: '' }, signature)).toBe(true)
})
