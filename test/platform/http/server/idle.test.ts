/** Idle connections, with Node's reader. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { afterEach, expect, test } from '@jest/globals'
import type { HttpListener } from '../../../../platform/http/server/listen.ts'
import { until } from '../../../support/until.ts'
import { answersOn, dial, listenByNode, nextOf } from '../both-readers.ts'

let listener: HttpListener
afterEach(() => listener.drain(0))

const GET = 'GET / HTTP/1.1\r\nhost: here\r\n\r\n'
const LARGE = Buffer.alloc(8_000_000, 'x')

test.each([
  ['an answer', (response: ServerResponse) => response.end(LARGE)],
  ['a stream', (response: ServerResponse) => response.write(LARGE)],
])('A client that stops reading %s is cut off', async (_what, send) => {
  listener = await listenByNode((_request, response) => void send(response), 50)
  const count = promisify(listener.server.getConnections.bind(listener.server))
  const socket = await dial(listener)
  socket.pause().write(GET)
  await until(async () => (await count()) === 0)
  socket.destroy()
})

test('A client that waits for its answer is not cut off, nor on its second request', async () => {
  let requests = 0
  listener = await listenByNode(async (_request, response) => {
    requests += 1
    // Another client, which connected later and is idle, is cut off meanwhile.
    if (requests === 2) {
      const other = await dial(listener)
      other.write(GET)
      await once(other.resume(), 'close')
    }
    response.end('{}')
  }, 200)
  const socket = await dial(listener)
  const answers = answersOn(socket)
  socket.write(GET)
  await nextOf(answers)
  socket.write(GET)
  expect((await nextOf(answers)).status).toBe(200)
  await once(socket, 'close')
})
