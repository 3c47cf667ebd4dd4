import { expect, test } from '@jest/globals'
import { hedged } from '../../../gateway/traffic/hedge.ts'
import { stopClock } from '../../support/clock.ts'

const REPLY = { answer: {}, freshness: {}, tags: [] }

/** Calls to two instances that usually answer within 20 ms. */
function hedgedCalls(tryOnce: (work: { isHedge: boolean }) => Promise<unknown>) {
  let hedges = 0
  const step = hedged({ hedging: true } as never, tryOnce as never, {
    fleet: { instances: [{}, {}] } as never,
    latency: { p95: () => 20 } as never,
    onHedge: () => {
      hedges += 1
    },
  })
  return {
    ask: (call = {}) => step({ call, deadline: 1_000 } as never, new Set()),
    hedges: () => hedges,
  }
}

/** Answers to no try before `answer`. */
function slowInstances() {
  const waiting: (() => void)[] = []
  return {
    tryOnce: () => new Promise((resolve) => waiting.push(() => resolve(REPLY))),
    tries: () => waiting.length,
    answer() {
      for (const each of waiting) each()
    },
  }
}

test('If all instances are slow, a tenth of the calls are hedged, besides a reserve of ten', async () => {
  using clock = stopClock()
  const { tryOnce, tries, answer } = slowInstances()
  const { ask, hedges } = hedgedCalls(tryOnce)
  const calls = Array.from({ length: 200 }, () => ask())
  expect(tries()).toBe(200)
  await clock.step(20)
  expect(hedges()).toBe(10)
  for (let round = 0; round < 100; round += 1) {
    calls.push(ask())
    await clock.step(20)
  }
  expect(hedges()).toBe(20)
  expect(tries()).toBe(300 + hedges())
  answer()
  expect(await Promise.all(calls)).toHaveLength(300)
})

test('Every call to a hanging instance is hedged', async () => {
  using clock = stopClock()
  const { ask, hedges } = hedgedCalls(({ isHedge }) =>
    isHedge ? Promise.resolve(REPLY) : new Promise(() => undefined),
  )
  for (let call = 0; call < 100; call += 1) {
    const answer = ask()
    await clock.step(20)
    expect(await answer).toBe(REPLY)
  }
  expect(hedges()).toBe(100)
})

test('A mutation is never hedged', async () => {
  using clock = stopClock()
  const { tryOnce, tries, answer } = slowInstances()
  const asked = hedgedCalls(tryOnce).ask({ operation: 'mutation' })
  await clock.step(1_000)
  answer()
  await asked
  expect(tries()).toBe(1)
})
