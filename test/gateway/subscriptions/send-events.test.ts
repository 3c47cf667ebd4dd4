/**
 * Event streams are written no faster than they are read, have heartbeats, and close only after
 * success.
 */
import { expect, jest, test } from '@jest/globals'
import { openExchange, WHOLE } from '../../../gateway/exchange/exchange.ts'
import type { Events } from '../../../gateway/exchange/outcome.ts'
import { sendEvents } from '../../../gateway/subscriptions/send-events.ts'
import type { HttpReply, HttpRequest } from '../../../platform/http/message/message.ts'
import { until } from '../../support/until.ts'
import { partsOf } from './parts.ts'

const request: HttpRequest = { method: 'POST', url: '/', headers: {}, address: () => undefined, readText: () => '' }
const exchange = { ...openExchange(request, 'test'), accepts: { ...WHOLE, events: 'multipart' as const } }
/** A sink that signals `drain` only when the test says so. */
function recorder() {
  const pieces: string[] = []
  let drain = (): void => undefined
  const write = (piece: string): Promise<void> => {
    pieces.push(piece)
    return new Promise<void>((resolve) => (drain = resolve))
  }
  const stream = { isClosed: () => false, write, end: (piece: string) => void pieces.push(piece) }
  const reply: HttpReply = { isClosed: () => false, send: () => {}, stream: () => stream, onHangUp: () => {} }
  return { pieces, reply, drain: () => drain() }
}
let asked = 0
async function* numbers(): Events {
  for (; asked < 3; asked += 1) yield { body: Buffer.from(`{"data":${asked}}`) }
}

test('The next event is requested only once the client has read the last one', async () => {
  const { pieces, reply, drain } = recorder()
  const sent = sendEvents(exchange, reply, numbers())
  for (const count of [0, 1, 2]) {
    await until(() => pieces.length === count + 2)
    expect(asked).toBe(count)
    drain()
  }
  await sent
  expect(partsOf(pieces.join(''))).toEqual([0, 1, 2].map((data) => ({ payload: { data } })))
})

test('An idle stream gets an empty part every five seconds, until it ends', async () => {
  jest.useFakeTimers()
  try {
    const { pieces, reply, drain } = recorder()
    const { promise, resolve } = Promise.withResolvers<void>()
    async function* idle(): Events {
      await promise
      yield { body: Buffer.from('{"data":null}') }
    }
    const sent = sendEvents(exchange, reply, idle())
    await jest.advanceTimersByTimeAsync(10_000)
    const heartbeat = '\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql'
    expect(pieces).toEqual([`\r\n--graphql${heartbeat}`, heartbeat, heartbeat])
    resolve()
    await until(() => pieces.length === 4)
    drain()
    await sent
    expect([pieces.at(-1), jest.getTimerCount()]).toEqual(['--\r\n', 0])
  } finally {
    jest.useRealTimers()
  }
})

test('A stream that fails in the gateway lacks its closing boundary', async () => {
  const { pieces, reply } = recorder()
  async function* failing(): Events {
    yield await Promise.reject(new Error('a fault'))
  }
  await expect(sendEvents(exchange, reply, failing())).rejects.toThrow('a fault')
  expect(pieces.join('')).not.toContain('--graphql--')
})
