import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { createFileClient } from '../../../gateway/traffic/file-client.ts'
import { startRawService } from './raw-service.ts'

test('Extra bytes after a file are never taken for the next file', async () => {
  const before = new WeakMap<Socket, string>()
  const service = await startRawService(({ socket, head }) => {
    const path = head.split(' ')[1] ?? ''
    const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${path.length}\r\n\r\n${path}`
    socket.write((before.get(socket) ?? '') + answer)
    before.set(socket, answer)
  })
  const files = createFileClient(service.url, 4)
  try {
    for (let n = 0; n < 50; n += 1) {
      const { body } = await files.request({ method: 'GET', path: `/${n}` })
      expect(await body.text()).toBe(`/${n}`)
    }
    expect(service.connections()).toBe(50)
  } finally {
    await files.close()
    await service.close()
  }
})
