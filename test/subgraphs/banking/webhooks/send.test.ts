import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { listen } from '../../../../platform/http/server/listen.ts'
import { type WebhookSender, webhookSender } from '../../../../subgraphs/banking/webhooks/send.ts'
import { until } from '../../../support/until.ts'
import { openReceiver, type Receiver } from './receiver.ts'

let receiver: Receiver
let sender: WebhookSender
beforeEach(async () => {
  receiver = await openReceiver()
  sender = webhookSender({ allowPrivate: true, timeout: 60_000 })
})
afterEach(async () => {
  await sender.close()
  await receiver.close()
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

const servers: Server[] = []

/** A server that writes raw bytes. @param answer called for each request of a connection */
async function serveRaw(answer: (socket: Socket, isFirst: boolean) => unknown) {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined))
    let count = 0
    // Head and body may arrive together or not; only heads are counted.
    socket.on('data', (piece) => {
      if (piece.includes('POST ')) answer(socket, count++ === 0)
    })
  })
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, sockets }
}

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'

describe('attempt', () => {
  test('An attempt posts the body with its headers, and any 2xx means delivered', async () => {
    expect(await sender.send(receiver.url, { 'webhook-id': 'evt_1' }, '{"a":1}')).toEqual({
      delivered: true,
      status: 204,
      error: null,
    })
    expect(receiver.received).toMatchObject([
      { body: '{"a":1}', headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' } },
    ])
  })

  test.each([400, 410, 500, 503])('An attempt answered with %i is not delivered', async (status) => {
    receiver.answer = status
    expect(await sender.send(receiver.url, {}, '{}')).toEqual({ delivered: false, status, error: `status ${status}` })
  })

  test('An attempt follows no redirect', async () => {
    receiver.answer = 307
    expect(await sender.send(receiver.url, {}, '{}')).toMatchObject({ delivered: false, status: 307 })
    expect(receiver.received).toHaveLength(1)
  })

  test('An attempt times out if the receiver does not answer', async () => {
    receiver.answer = 'none'
    const hasty = webhookSender({ allowPrivate: true, timeout: 300 })
    expect(await hasty.send(receiver.url, {}, '{}')).toEqual({ delivered: false, status: null, error: 'timeout' })
    await hasty.close()
  })

  test('An attempt reports a receiver that does not listen', async () => {
    const nobody = await listen(() => {}, { host: '127.0.0.1', port: 0 })
    await nobody.drain(0)
    expect(await sender.send(nobody.url, {}, '{}')).toEqual({
      delivered: false,
      status: null,
      error: 'connection failed',
    })
  })

  test.each(['https', 'HTTPS', ' https'])('An attempt uses TLS for an endpoint written as "%s:"', async (scheme) => {
    const { url, sockets } = await serveRaw(() => undefined)
    const sent = sender.send(url.replace('http', scheme), {}, '{}')
    await until(() => (sockets[0]?.bytesRead ?? 0) > 0)
    sockets[0]?.destroy()
    expect(await sent).toMatchObject({ error: 'connection failed' })
  })

  const flood = (socket: Socket, start: string, piece: string): void => {
    const pieces = piece.repeat(1_000)
    const go = (): void => {
      while (socket.writable && socket.write(pieces));
    }
    socket.on('drain', go).write(start)
    go()
  }
  test.each([
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', 'connection failed'],
    ['answers that say to go on', '', 'HTTP/1.1 100 Continue\r\n\r\n', 'connection failed'],
    ['headers', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n', 'connection failed'],
    ['trailers', `${CHUNKED}0\r\n`, 'a: b\r\n', null],
    ['chunks', CHUNKED, '1\r\na\r\n', null],
  ])('An attempt reads little of endless %s', async (_what, start, piece, error) => {
    const { url, sockets } = await serveRaw((socket) => flood(socket, start, piece))
    expect(await sender.send(url, {}, '{}')).toMatchObject({ error })
    expect(sockets).toHaveLength(1)
    // This includes bytes in the socket buffers of both sides.
    expect(sockets[0]?.bytesWritten).toBeLessThan(20_000_000)
  })

  test('An attempt ends if the receiver switches to another protocol', async () => {
    const { url } = await serveRaw((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    )
    expect(await sender.send(url, {}, '{}')).toMatchObject({ delivered: false, error: 'connection failed' })
  })

  test('An attempt on an idle connection that ends is repeated on another', async () => {
    const { url, sockets } = await serveRaw((socket, isFirst) => {
      if (isFirst) socket.write('HTTP/1.1 204 No Content\r\n\r\n')
      else socket.destroy()
    })
    for (let n = 1; n <= 2; n += 1) expect(await sender.send(url, {}, '{}')).toMatchObject({ delivered: true })
    expect(sockets).toHaveLength(2)
  })

  test('An attempt reads little of an endless answer, and uses its status', async () => {
    const endless = await listen(
      (_request, response) => {
        const more = setInterval(() => response.write(Buffer.alloc(8_192)), 1)
        response.once('close', () => clearInterval(more))
      },
      { host: '127.0.0.1', port: 0 },
    )
    expect(await sender.send(endless.url, {}, '{}')).toMatchObject({ delivered: true, status: 200 })
    await endless.drain(0)
  })
})

test('A receiver on loopback is never reached, by number or by name', async () => {
  const careful = webhookSender({ allowPrivate: false, timeout: 60_000 })
  const { port } = new URL(receiver.url)
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433']) {
    expect(await careful.send(`https://${host}:${port}/`, {}, '{}')).toEqual({
      delivered: false,
      status: null,
      error: 'address refused',
    })
  }
  await careful.close()
  expect(receiver.received).toEqual([])
})
