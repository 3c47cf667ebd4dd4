import { describe, expect, test } from '@jest/globals'
import { createBreaker } from '../../../../subgraphs/weather/upstream/breaker.ts'
import { createQuota } from '../../../../subgraphs/weather/upstream/quota.ts'
import fc from '../../../support/fast-check.ts'

describe('breaker', () => {
  test('The breaker opens after failures in a row, lets one call through after a while, and closes when that succeeds', () => {
    const breaker = createBreaker({ failures: 3, openFor: 1000 })
    breaker.failed(0)
    breaker.failed(1)
    expect(breaker.pause(2)).toBe(0)
    breaker.failed(2)
    expect(breaker.pause(2)).toBe(1000)
    expect(breaker.pause(1002)).toBe(0)
    breaker.failed(1002)
    expect(breaker.pause(1003)).toBe(999)
    breaker.succeeded()
    expect(breaker.pause(1003)).toBe(0)
    breaker.failed(1004)
    expect(breaker.pause(1004)).toBe(0)
  })

  test('The breaker pauses as long as an upstream asks, at most an hour', () => {
    const breaker = createBreaker()
    breaker.failed(0, 90)
    expect(breaker.pause(0)).toBe(90_000)
    breaker.failed(0, 1e9)
    expect(breaker.pause(0)).toBe(3_600_000)
  })
})

describe('quota', () => {
  test('The quota is never exceeded in any of its windows, and calls within it are never refused', async () => {
    const windows = [
      { seconds: 1, limit: 5 },
      { seconds: 10, limit: 20 },
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ amount: fc.integer({ min: 1, max: 6 }), later: fc.nat(1500) }), { maxLength: 60 }),
        async (takes) => {
          const quota = createQuota('test', windows)
          const taken: { at: number; amount: number }[] = []
          const usedIn = (seconds: number, at: number): number =>
            taken
              .filter((each) => Math.floor(each.at / 1000 / seconds) === Math.floor(at / 1000 / seconds))
              .reduce((sum, { amount }) => sum + amount, 0)
          let now = 0
          for (const { amount, later } of takes) {
            now += later
            const fits = windows.every(({ seconds, limit }) => usedIn(seconds, now) + amount <= limit)
            const wait = await quota.take(amount, now)
            expect(wait === 0).toBe(fits)
            if (wait === 0) taken.push({ at: now, amount })
          }
        },
      ),
    )
  })

  test('The quota tells when the next call is possible', async () => {
    const quota = createQuota('test', [{ seconds: 60, limit: 10 }])
    expect(await quota.take(10, 30_000)).toBe(0)
    expect(await quota.take(1, 45_000)).toBe(15)
    expect(await quota.take(10, 60_000)).toBe(0)
  })

  test('A quota without windows allows everything', async () => {
    const quota = createQuota('test', [])
    for (let call = 0; call < 100; call++) expect(await quota.take(1000, 0)).toBe(0)
  })
})
