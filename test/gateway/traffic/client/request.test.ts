import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { writeRequest } from '../../../../gateway/traffic/client/request.ts'
import { LARGEST_LOAN } from '../../../../platform/memory/loans.ts'

test.each([100, 10_000, LARGEST_LOAN])(
  'A request of %d bytes is sent unchanged, even if its memory is reused meanwhile',
  async (length) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [peer] = (await accepted) as [Socket]
    peer.pause()
    const wanted = createHash('sha256')
    const count = Math.ceil(16_000_000 / length) // more bytes than the operating system buffers
    for (let sent = 0; sent < count; sent += 1) {
      const body = Buffer.alloc(length, sent % 26)
      wanted.update('head').update(body)
      writeRequest(socket, 'head', body)
      body.fill('x')
      // Memory that the operating system has copied can be reused.
      if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(socket.writableLength).toBeGreaterThan(0)
    socket.end()
    const received = createHash('sha256')
    for await (const piece of peer) received.update(piece as Buffer)
    expect(received.digest('hex')).toBe(wanted.digest('hex'))
    server.close()
  },
)
