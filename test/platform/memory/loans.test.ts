import { expect, test } from '@jest/globals'
import type * as Loans from '../../../platform/memory/loans.ts'
import { stopClock } from '../../support/clock.ts'

/** A separate instance of the module: other suites of the process use the shared one. */
const alone = (name: string) =>
  import(new URL(`../../../platform/memory/loans.ts?${name}`, import.meta.url).href) as Promise<typeof Loans>
const { LARGEST_LOAN, lend } = await alone('alone')
type Loan = Loans.Loan

const sizes = [0, 1, 255, 256, 257, 384, 385, 1_023, 5_000, 65_536, 200_000, 5_000_000, LARGEST_LOAN, LARGEST_LOAN + 1]
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
    const loans = take(5, length)
    for (const [index, { bytes }] of loans.entries()) bytes.fill(index + 1)
    const isRight = loans.every(({ bytes }, index) => bytes.equals(Buffer.alloc(length, index + 1)))
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

test.each([256 * 1024, LARGEST_LOAN])('At most 16 MB of free memory are kept, in loans of %d bytes', async (length) => {
  const loans = await alone(`kept ${length}`)
  const most = (16 * 1024 * 1024) / length
  const takeAll = (): Loan[] => Array.from({ length: 2 * most }, () => loans.lend(length))
  const before = takeAll()
  free(before)
  const known = memoryOf(before)
  const again = [...memoryOf(takeAll())].filter((memory) => known.has(memory))
  expect(again.length).toBe(most)
})

test('Small memory takes the place of large memory that lies free, and not the other way round', async () => {
  const loans = await alone('small first')
  const takeBoth = (): readonly [Loan[], Loan[]] => [
    Array.from({ length: 2 }, () => loans.lend(LARGEST_LOAN)),
    Array.from({ length: 10 }, () => loans.lend(1_024)),
  ]
  const [large, small] = takeBoth()
  free(large)
  free(small)
  free(Array.from({ length: 2 }, () => loans.lend(LARGEST_LOAN)))
  const [largeAgain, smallAgain] = takeBoth()
  expect(memoryOf(smallAgain)).toEqual(memoryOf(small))
  const known = memoryOf(large)
  expect([...memoryOf(largeAgain)].filter((memory) => known.has(memory))).toHaveLength(1)
})
