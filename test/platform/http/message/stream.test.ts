import { Writable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { streamOver } from '../../../../platform/http/message/stream.ts'

test('A stream with a slow client has one drain listener for all writes, and delivers everything', async () => {
  const { promise: taken, resolve: take } = Promise.withResolvers<void>()
  const writable = new Writable({ highWaterMark: 1, write: (_piece, _encoding, done) => void taken.then(() => done()) })
  const stream = streamOver(writable, () => undefined)
  const waits = Array.from({ length: 20 }, () => stream.write('beat'))
  expect([writable.listenerCount('drain'), waits.every((wait) => wait instanceof Promise)]).toEqual([1, true])
  take()
  await Promise.all(waits)
  expect(writable.listenerCount('drain')).toBe(0)
})
