import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import type { HttpListener } from '../../../platform/http/server/listen.ts'
import { dial, listenByNode, listenWithFastPath, post } from './both-readers.ts'

const CLIENTS = 30
const BODY = 500_000 // bytes
const PIECE = 64 * 1024 // bytes that Node reads at once

let listener: HttpListener
const clients: Socket[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await listener.drain(0)
})

test.each([
  ['with the fast path', listenWithFastPath],
  ['without', listenByNode],
])('Only a piece or two of many large bodies are read per event loop turn: %s', async (_what, open) => {
  listener = await open()
  const connections: Socket[] = []
  listener.server.on('connection', (socket: Socket) => connections.push(socket))
  const read = (): number => connections.reduce((sum, { bytesRead }) => sum + bytesRead, 0)
  for (let count = 0; count < CLIENTS; count += 1) clients.push(await dial(listener))
  const whole = post('x'.repeat(BODY))
  for (const client of clients) client.write(whole.slice(0, -1))
  // Each is read once first, before the server can know that more will arrive.
  while (connections.some(({ bytesRead }) => bytesRead === 0) || connections.length < CLIENTS) await turn()
  const perTurn: number[] = []
  for (let before = read(); before < CLIENTS * BODY; ) {
    await turn()
    perTurn.push(read() - before)
    before = read()
  }
  expect(Math.max(...perTurn)).toBeLessThanOrEqual(2 * PIECE)
})
