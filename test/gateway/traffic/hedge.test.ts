import { expect, test } from '@jest/globals'
import { hedged } from '../../../gateway/traffic/hedge.ts'
import { stopClock } from '../../support/clock.ts'

const REPLY = { answer: {}, freshness: {}, tags: [] }

test('If all instances are slow, a tenth of the calls are hedged, besides a reserve of ten', async () => {
  using clock = stopClock()
  let tries = 0
  let hedges = 0
  const waiting: (() => void)[] = []
  const slow = () => {
    tries += 1
    return new Promise((resolve) => waiting.push(() => resolve(REPLY)))
  }
  const step = hedged({ hedging: true } as never, slow as never, {
    fleet: { instances: [{}, {}] } as never,
    latency: { p95: () => 20 } as never,
    onHedge: () => {
      hedges += 1
    },
  })
  const calls = Array.from({ length: 200 }, () => step({ call: {}, deadline: 1_000 } as never, new Set()))
  expect(tries).toBe(200)
  await clock.step(20)
  expect(hedges).toBe(10)
  for (let round = 0; round < 100; round += 1) {
    calls.push(step({ call: {}, deadline: 1_000 } as never, new Set()))
    await clock.step(20)
  }
  expect(hedges).toBe(20)
  expect(tries).toBe(300 + hedges)
  for (const answer of waiting) answer()
  expect(await Promise.all(calls)).toHaveLength(300)
})

test('Every call to a hanging instance is hedged', async () => {
  using clock = stopClock()
  let hedges = 0
  const hanging = ({ isHedge }: { isHedge: boolean }) =>
    isHedge ? Promise.resolve(REPLY) : new Promise(() => undefined)
  const step = hedged({ hedging: true } as never, hanging as never, {
    fleet: { instances: [{}, {}] } as never,
    latency: { p95: () => 20 } as never,
    onHedge: () => {
      hedges += 1
    },
  })
  for (let call = 0; call < 100; call += 1) {
    const answer = step({ call: {}, deadline: 1_000 } as never, new Set())
    await clock.step(20)
    expect(await answer).toBe(REPLY)
  }
  expect(hedges).toBe(100)
})

test('A mutation is never hedged', async () => {
  using clock = stopClock()
  let tries = 0
  const waiting: (() => void)[] = []
  const slow = () => {
    tries += 1
    return new Promise((resolve) => waiting.push(() => resolve(REPLY)))
  }
  const step = hedged({ hedging: true } as never, slow as never, {
    fleet: { instances: [{}, {}] } as never,
    latency: { p95: () => 20 } as never,
    onHedge: () => undefined,
  })
  const call = { operation: 'mutation' }
  const answer = step({ call, deadline: 1_000 } as never, new Set())
  await clock.step(1_000)
  for (const each of waiting) each()
  await answer
  expect(tries).toBe(1)
})
