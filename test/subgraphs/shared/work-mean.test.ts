import { expect, test } from '@jest/globals'
import { createWorkMean } from '../../../subgraphs/shared/work-mean.ts'

/** An event loop that does what it is told. */
function loop() {
  let clock = 0
  let worked = 0
  return {
    mean: createWorkMean(
      () => clock,
      () => worked,
    ),
    work(milliseconds: number) {
      clock += milliseconds
      worked += milliseconds
    },
    idle(milliseconds: number) {
      clock += milliseconds
    },
  }
}

test('Work that follows after a wait belongs to the requests', () => {
  const { mean, work, idle } = loop()
  for (let count = 0; count < 1_000; count += 1) {
    mean.begin()
    work(1)
    idle(3)
    work(4)
  }
  expect(mean.mean()).toBeCloseTo(5, 0)
})

test('Requests that keep the loop for long are measured, however few they are', () => {
  const { mean, work } = loop()
  for (let count = 0; count < 40; count += 1) {
    mean.begin()
    work(1_000)
  }
  expect(mean.mean()).toBeGreaterThan(900)
})

test('What an idle service does on its own account does not count', () => {
  const { mean, work, idle } = loop()
  for (let count = 0; count < 40; count += 1) {
    mean.begin()
    work(1)
    for (let round = 0; round < 20; round += 1) {
      idle(500)
      work(10)
    }
  }
  expect(mean.mean()).toBe(0)
})

test('The mean follows when requests become small again', () => {
  const { mean, work } = loop()
  for (let count = 0; count < 100; count += 1) {
    mean.begin()
    work(100)
  }
  for (let count = 0; count < 1_000; count += 1) {
    mean.begin()
    work(1)
  }
  expect(mean.mean()).toBeLessThan(4)
})
