import { expect, test } from '@jest/globals'
import type * as Loans from '../../../platform/memory/loans.ts'
import { stopClock } from '../../support/clock.ts'

/** A separate instance of the module: other suites of the process use the shared one. */
const { href } = new URL('../../../platform/memory/loans.ts?alone', import.meta.url)
const { LARGEST_LOAN, lend } = (await import(href)) as typeof Loans
type Loan = Loans.Loan

const sizes = [0, 1, 255, 256, 257, 384, 385, 1_023, 5_000, 65_536, 200_000, LARGEST_LOAN, LARGEST_LOAN + 1]
const take = (count: number, length: number): Loan[] => Array.from({ length: count }, () => lend(length))
const memoryOf = (loans: readonly Loan[]): Set<unknown> => new Set(loans.map(({ bytes }) => bytes.buffer))
const free = (loans: readonly Loan[]): void => {
  for (const loan of loans) loan.free()
}

test('Memory that was unused for a while is released, and memory in use stays', async () => {
  using clock = stopClock()
  const before = take(10, 10_000)
  free(before)
  await clock.step(5_001)
  free(take(4, 10_000))
  await clock.step(5_001)
  const known = memoryOf(before)
  const again = [...memoryOf(take(10, 10_000))].filter((memory) => known.has(memory))
  expect(again).toHaveLength(4)
  await clock.step(20_000)
  expect(clock.timers).toBe(0)
})

test.each(sizes)('A loan of %d bytes has that length, and takes at most half as much again', (length) => {
  const { bytes } = lend(length)
  expect(bytes).toHaveLength(length)
  if (length >= 256) expect(bytes.buffer.byteLength).toBeLessThanOrEqual(1.5 * length)
})

test.each(sizes)('No two loans of %d bytes overlap', (length) => {
  const rounds = [1, 2, 3].map(() => {
    const loans = take(20, length)
    for (const [index, { bytes }] of loans.entries()) bytes.fill(index + 1)
    const isRight = loans.every(({ bytes }, index) => bytes.every((byte) => byte === index + 1))
    free(loans)
    return isRight
  })
  expect(rounds).toEqual([true, true, true])
})

test('Returned memory is lent again, for any length that fits', () => {
  const before = take(10, 2_000)
  free(before)
  expect(memoryOf(take(10, 1_800))).toEqual(memoryOf(before))
})

test('Memory that is freed twice is lent once', () => {
  const loan = lend(3_000)
  loan.free()
  const next = lend(3_000)
  loan.free()
  expect(next.bytes.buffer).toBe(loan.bytes.buffer)
  expect(lend(3_000).bytes.buffer).not.toBe(loan.bytes.buffer)
})

test('Memory that is never freed is never lent again', () => {
  const kept = take(10, 6_000)
  free(take(10, 6_000))
  const next = memoryOf(take(20, 6_000))
  for (const memory of memoryOf(kept)) expect(next).not.toContain(memory)
})

test('At most 16 MB of free memory are kept', () => {
  const before = take(100, LARGEST_LOAN)
  free(before)
  const known = memoryOf(before)
  const again = [...memoryOf(take(100, LARGEST_LOAN))].filter((memory) => known.has(memory))
  expect(again.length).toBeGreaterThan(50)
  expect(again.length).toBeLessThanOrEqual(64)
})
