import { expect, test } from '@jest/globals'
import { createBreaker } from '../../../gateway/traffic/call/breaker.ts'
import { CallFailure } from '../../../gateway/traffic/call/failure.ts'
import { createFailureDetector } from '../../../gateway/traffic/failure-detector.ts'
import { stopClock } from '../../support/clock.ts'

/** A detector whose health requests the test answers, the oldest first. */
function detect() {
  const breaker = createBreaker()
  const asked: ((isWell: boolean) => void)[] = []
  const detector = createFailureDetector(breaker, () => new Promise((resolve) => asked.push(resolve)))
  return { breaker, asked, detector }
}

const silence = new CallFailure('timeout', 'no answer in time')

test('A recovered instance is found within a second, though an earlier health request was lost', async () => {
  using clock = stopClock()
  const { breaker, asked, detector } = detect()
  detector.failed(silence)
  asked[0]?.(false)
  await clock.step(1_000)
  expect([breaker.state, asked.length]).toEqual(['open', 2])
  // The second is lost. Meanwhile the instance comes back.
  await clock.step(1_000)
  asked[2]?.(true)
  await clock.step(0)
  expect(breaker.state).toBe('closed')
  // The earlier request no longer counts, and no other is sent.
  asked[1]?.(false)
  await clock.step(5_000)
  expect([breaker.state, asked.length, clock.timers]).toEqual(['closed', 3, 0])
})

test('Failures in a row send one health request, not one each', async () => {
  using clock = stopClock()
  const { asked, detector } = detect()
  for (let n = 0; n < 3; n += 1) detector.failed(silence)
  expect(asked.length).toBe(1)
  asked[0]?.(false)
  await clock.step(0)
  detector.close()
  await clock.step(5_000)
  expect([asked.length, clock.timers]).toEqual([1, 0])
})
