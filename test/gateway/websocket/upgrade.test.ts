import { EventEmitter, once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { openSockets } from '../../../gateway/websocket/sockets.ts'
import type { SocketOptions } from '../../../gateway/websocket/websocket.ts'

test('A fault during a WebSocket upgrade ends only its own connection', async () => {
  const server = new EventEmitter()
  const logged: unknown[] = []
  openSockets({
    server,
    endpoints: { at: () => ({}) },
    corsOrigins: [],
    limits: { socketsPerAddress: 1 },
    clientAddress() {
      throw new Error('no address')
    },
    log: { error: (_fault: unknown, message: string) => void logged.push(message) },
  } as Partial<Record<keyof SocketOptions, unknown>> as SocketOptions)
  const socket = new PassThrough()
  server.emit('upgrade', { url: '/graphql', headers: {}, socket }, socket, Buffer.alloc(0))
  await once(socket, 'close')
  expect(logged).toEqual(['a WebSocket could not be opened'])
})

test('The first WebSocket of a gateway that is stopping is refused with 503', async () => {
  const server = new EventEmitter()
  const sockets = openSockets({
    server,
    endpoints: { at: () => ({}) },
    corsOrigins: [],
    limits: { socketsPerAddress: 1 },
  } as Partial<Record<keyof SocketOptions, unknown>> as SocketOptions)
  await sockets.close(0)
  const socket = new PassThrough()
  server.emit('upgrade', { url: '/graphql', headers: {}, socket }, socket, Buffer.alloc(0))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(String(answer)).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: 1\r\n.*"SERVICE_UNAVAILABLE"/s)
  socket.destroy()
})
