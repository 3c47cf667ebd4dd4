import { EventEmitter, once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { openSockets } from '../../../gateway/websocket/sockets.ts'
import type { SocketOptions } from '../../../gateway/websocket/websocket.ts'

test('A fault while a WebSocket is opened ends its connection, and nothing else', async () => {
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
