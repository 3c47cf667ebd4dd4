import { afterEach, expect, test } from '@jest/globals'
import { stateful } from '../../../gateway/traffic/call/kind.ts'
import { CALL_HEADER } from '../../../platform/protocol/signature.ts'
import { callOf, startUpstream, trafficTo, until } from '../../support/upstream.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'OK',
    (error) => error.extensions.code,
  )

/** A service of ours that answers nothing at all, calls and questions alike, while it is frozen. */
async function startFreezing(slow = false) {
  let isFrozen = false
  const upstream = await startUpstream(({ request, response }) => {
    if (isFrozen) return undefined
    const id = request.headers[CALL_HEADER]
    if (id !== undefined) response.setHeader(CALL_HEADER, id)
    if (request.url === '/health/ready') return { pid: 1 }
    return slow ? new Promise((resolve) => setTimeout(resolve, 6_000, { data: {} })) : { data: {} }
  })
  const traffic = trafficTo(stateful('s'), [upstream.url], { ownServices: true })
  closing.push(() => traffic.close(), upstream.stop)
  const freeze = (value: boolean): void => {
    isFrozen = value
  }
  const health = () => traffic.status()[0]?.instances[0]?.health
  return { traffic, freeze, health }
}

test('a frozen service fails what is in flight long before its deadline, then all else at once, and is soon back', async () => {
  const { traffic, freeze, health } = await startFreezing()
  expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('OK')
  freeze(true)
  const began = performance.now()
  const both = [traffic.send(callOf('s', '{}')), traffic.send(callOf('s', '{}', {}, 'mutation'))]
  expect(await Promise.all(both.map(codeOf))).toEqual(['SERVICE_TIMEOUT', 'SERVICE_TIMEOUT'])
  expect(performance.now() - began).toBeLessThan(14_000)
  expect(health()).toBe('unhealthy')
  expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('SERVICE_UNAVAILABLE')
  freeze(false)
  await until(() => health() === 'healthy')
  expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('OK')
}, 30_000)

test('a slow service has its time', async () => {
  const { traffic, health } = await startFreezing(true)
  expect(await codeOf(traffic.send(callOf('s', '{}')))).toBe('OK')
  expect(health()).toBe('healthy')
}, 30_000)
