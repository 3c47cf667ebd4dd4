import { expect, test } from '@jest/globals'
import { LONGEST_TIMER, timerDelay } from '../../../platform/data/timer-delay.ts'

test.each([
  [-6_506, 1],
  [0, 1],
  [0.2, 1],
  [1_999.5, 2_000],
  [LONGEST_TIMER + 1, LONGEST_TIMER],
  [Number.POSITIVE_INFINITY, LONGEST_TIMER],
])('A delay of %d ms becomes one that timers accept', (computed, expected) => {
  expect(timerDelay(computed)).toBe(expected)
})
