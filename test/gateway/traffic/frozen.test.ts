import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { stateful } from '../../../gateway/traffic/call/kind.ts'
import { CALL_HEADER } from '../../../platform/protocol/signature.ts'
import { type StoppedClock, stopClock } from '../../support/clock.ts'
import { until } from '../../support/until.ts'
import { callOf, startUpstream, trafficTo } from '../../support/upstream.ts'

const closing: (() => Promise<void>)[] = []
let clock: StoppedClock
beforeEach(() => {
  clock = stopClock()
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  clock[Symbol.dispose]()
})

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'OK',
    (error) => error.extensions.code,
  )

/**
 * A service that answers neither calls nor health requests while it is frozen. Else it answers
 * calls once `answer` has resolved.
 */
async function startFreezing(answer: Promise<void> = Promise.resolve()) {
  let isFrozen = false
  let asked = 0
  const upstream = await startUpstream(({ request, response }) => {
    if (isFrozen) return undefined
    const id = request.headers[CALL_HEADER]
    if (id !== undefined) response.setHeader(CALL_HEADER, id)
    if (request.url !== '/health/ready') return answer.then(() => ({ data: {} }))
    asked += 1
    return { pid: 1 }
  })
  const traffic = trafficTo(stateful('s'), [upstream.url], { ownServices: true })
  closing.push(() => traffic.close(), upstream.stop)
  const freeze = (value: boolean): void => {
    isFrozen = value
  }
  const health = () => traffic.status()[0]?.instances[0]?.health
  return { traffic, freeze, health, bodies: upstream.bodies, asked: () => asked }
}

test('A frozen service fails running calls long before their deadline and new ones at once, and recovers soon', async () => {
  const { traffic, freeze, health, bodies, asked } = await startFreezing()
  expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('OK')
  await until(() => asked() === 1)
  freeze(true)
  const before = bodies.length
  const both = [traffic.send(callOf('s', '{}')), traffic.send(callOf('s', '{}', {}, 'mutation'))].map(codeOf)
  await until(() => bodies.length === before + 2)
  // Two rounds of health requests, and two seconds without an answer to the second.
  for (let second = 0; second < 5; second += 1) await clock.step(1_000)
  expect(await Promise.all(both)).toEqual(['SERVICE_TIMEOUT', 'SERVICE_TIMEOUT'])
  expect(health()).toBe('unhealthy')
  expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('SERVICE_UNAVAILABLE')
  freeze(false)
  // Health requests sent while it was frozen time out first.
  for (let second = 0; second < 2; second += 1) await clock.step(1_000)
  await until(() => health() === 'healthy')
  expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('OK')
})

test('A slow service keeps its whole deadline', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { traffic, health, asked } = await startFreezing(promise)
  const answer = codeOf(traffic.send(callOf('s', '{}')))
  for (let second = 1; second <= 6; second += 1) {
    await until(() => asked() === second)
    await clock.step(1_000)
  }
  resolve()
  expect(await answer).toBe('OK')
  expect(health()).toBe('healthy')
})
