import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { heavyTurn, waitingForTurn } from '../../../../gateway/limits/heavy-turns.ts'
import { type ServiceDefinition, stateful, stateless } from '../../../../gateway/traffic/call/kind.ts'
import type { Traffic } from '../../../../gateway/traffic/traffic.ts'
import { callOf, entityBody, startUpstream, trafficTo, type Upstream } from '../../../support/upstream.ts'

const LARGE = '{"query":"{large}"}'
const SMALL = '{"query":"{small}"}'
const ENTITIES = entityBody('{"query":"{large}","variables":{"r":[', ['{"__typename":"A","id":"1"}'], ']}}')

let upstream: Upstream
beforeAll(async () => {
  upstream = await startUpstream(({ body, response }) => {
    response.setHeader('cache-control', 'max-age=60')
    const text = body.includes('large') ? 'x'.repeat(100_000) : 'short'
    return { data: body.includes('"r":') ? { _entities: [{ text }] } : { text } }
  })
})
afterAll(() => upstream.stop())

let traffic: Traffic
afterEach(() => traffic.close())
const to = (definition: ServiceDefinition): void => {
  traffic = trafficTo(definition, [upstream.url])
}

/**
 * Another caller occupies every turn of the loop until `work` is done. Reports when `work` waits.
 */
async function whileTaken(work: () => Promise<unknown>, onWaiting: () => void): Promise<void> {
  let isDone = false
  const takeTurns = async (): Promise<void> => {
    while (!isDone) {
      await heavyTurn('other')
      if (waitingForTurn('test') > 0) onWaiting()
    }
  }
  const ended = takeTurns()
  try {
    await work()
  } finally {
    isDone = true
    await ended
  }
}

async function waits(body: Parameters<typeof callOf>[1]): Promise<boolean> {
  let hasWaited = false
  await whileTaken(
    () => traffic.send(callOf('s', body)),
    () => {
      hasWaited = true
    },
  )
  return hasWaited
}

test('A large answer is parsed in an event loop turn of its own, a small one at once', async () => {
  to(stateful('s'))
  expect(await waits(LARGE)).toBe(true)
  expect(await waits(SMALL)).toBe(false)
})

test.each([
  ['a whole answer', LARGE],
  ['entities', ENTITIES],
])('A cached large answer takes an event loop turn of its own: %s', async (_what, body) => {
  to(stateless('s', { sharedCache: true, hedging: false, coalescing: false }))
  await traffic.send(callOf('s', body))
  const asked = upstream.bodies.length
  expect(await waits(body)).toBe(true)
  expect(upstream.bodies.length).toBe(asked)
})

test('An answer without a waiting caller is not parsed', async () => {
  to(stateful('s'))
  const controller = new AbortController()
  let reads = 0
  const read = (): boolean => {
    reads += 1
    return true
  }
  const call = { ...callOf('s', LARGE, { signal: controller.signal }), read }
  await whileTaken(
    () => expect(traffic.send(call)).rejects.toThrow(),
    () => controller.abort(),
  )
  expect([controller.signal.aborted, reads]).toEqual([true, 0])
})
