import { expect, test } from '@jest/globals'
import { pauseAfter, usualRetries } from '../../../../subgraphs/banking/webhooks/backoff.ts'
import fc from '../../../support/fast-check.ts'

test('Pauses between attempts grow fourfold from five seconds to six hours, then the delivery is dead', () => {
  const pauses = Array.from({ length: 12 }, (_, at) => pauseAfter(at + 1, usualRetries, 0))
  expect(pauses.slice(0, 4)).toEqual([5_000, 20_000, 80_000, 320_000])
  expect(pauses.slice(6, 11)).toEqual([20_480_000, 21_600_000, 21_600_000, 21_600_000, 21_600_000])
  expect(pauses[11]).toBeUndefined()
})

test('Jitter takes off half at most and adds nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 11 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
      const full = pauseAfter(attempts, usualRetries, 0) ?? 0
      const pause = pauseAfter(attempts, usualRetries, random) ?? 0
      expect(pause).toBeLessThanOrEqual(full)
      expect(pause).toBeGreaterThanOrEqual(Math.floor(full / 2))
    }),
  )
})

test('All attempts of a delivery are within two days', () => {
  const pauses = Array.from({ length: 11 }, (_, at) => pauseAfter(at + 1, usualRetries, 0) ?? 0)
  const hours = pauses.reduce((sum, pause) => sum + pause, 0) / 3_600_000
  expect(hours).toBeGreaterThan(24)
  expect(hours).toBeLessThan(48)
})
