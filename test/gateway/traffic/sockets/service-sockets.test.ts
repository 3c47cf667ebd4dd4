/** Which streams share a WebSocket. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { WebSocketServer } from 'ws'
import { createServiceSockets } from '../../../../gateway/traffic/sockets/service-sockets.ts'
import { until } from '../../../support/until.ts'

let server: WebSocketServer
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}')
    }),
  )
  await once(server, 'listening')
})
afterAll(() => server.close())

const BODY = Buffer.from('{"query":"subscription { a }"}')
const { signal } = new AbortController()

/** The number of WebSockets that these streams take, given the sharer and headers of each. */
async function socketsFor(streams: readonly (readonly [sharer: string, ...headers: string[]])[]): Promise<number> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sockets = createServiceSockets()
  const opened = streams.map(([sharer, ...headers]) =>
    sockets.subscribe(
      { origin: url, at: undefined, path: '/', url, headers, judgesCaller: true },
      sharer,
      BODY,
      signal,
    ),
  )
  await until(() => opened.every((stream) => stream.hasAnswered()))
  const { size } = server.clients
  for (const stream of opened) stream.close()
  await until(() => server.clients.size === 0)
  return size
}

test('Streams share a WebSocket if it says the same about their caller', async () => {
  const request = (n: number) => ['x-request-id', `${n}`, 'traceparent', `${n}`, 'tributary-signature', `${n}`]
  const said = (...headers: string[]) => [0, 1, 2].map((n): [string, ...string[]] => ['', ...request(n), ...headers])
  expect(await socketsFor(said('accept-language', 'pt'))).toBe(1)
  expect(await socketsFor([...said('authorization', 'a'), ...said('authorization', 'b')])).toBe(2)
  expect(await socketsFor([...said(), ...said('accept-language', 'x-request-id')])).toBe(2)
  expect(await socketsFor([['one'], ['two'], ['one']])).toBe(2)
})

test('A WebSocket carries a hundred streams, and further streams take another one', async () => {
  expect(await socketsFor(Array.from({ length: 201 }, (): [string] => ['']))).toBe(3)
})
