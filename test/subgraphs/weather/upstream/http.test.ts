import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { getJson } from '../../../../subgraphs/weather/upstream/http.ts'
import { type StoppedClock, stopClock } from '../../../support/clock.ts'
import { until } from '../../../support/until.ts'
import { startUpstream, type Upstream } from '../../../support/upstream.ts'

let clock: StoppedClock
let upstream: Upstream
beforeEach(async () => {
  clock = stopClock()
  upstream = await startUpstream(() => undefined)
})
afterEach(async () => {
  clock[Symbol.dispose]()
  await upstream.stop()
})

describe('getJson', () => {
  test.each<[string, Upstream['answer']]>([
    ['does not begin', () => undefined],
    ['does not end', ({ response }) => void response.writeHead(200).write('[')],
  ])('An answer that %s is aborted at the deadline, and not before', async (_what, answer) => {
    upstream.answer = answer
    let isOver = false
    const given = getJson(upstream.url, { deadline: 2_000 }).finally(() => {
      isOver = true
    })
    const late = expect(given).rejects.toThrow('did not answer within 2000 ms')
    await until(() => upstream.bodies.length === 1)
    await clock.step(1_999)
    expect(isOver).toBe(false)
    await clock.step(1)
    await late
  })

  test('A request to a host that closes the connection before it answers is repeated once only', async () => {
    upstream.answer = ({ response }) => (upstream.bodies.length === 1 ? void response.destroy() : { a: 1 })
    expect((await getJson(upstream.url, { deadline: 2_000 })).body).toEqual({ a: 1 })
    upstream.answer = ({ response }) => void response.destroy()
    await expect(getJson(upstream.url, { deadline: 2_000 })).rejects.toThrow('cannot be reached')
    expect(upstream.bodies.length).toBe(4)
  })

  test('A complete answer leaves no timer behind', async () => {
    upstream.answer = () => ({ a: 1 })
    expect((await getJson(upstream.url, { deadline: 2_000 })).body).toEqual({ a: 1 })
    expect(clock.timers).toBe(0)
  })
})
