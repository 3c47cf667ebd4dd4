import { afterEach, expect, jest, test } from '@jest/globals'
import { createGrowingBuffer } from '../../../platform/memory/growing-buffer.ts'

const MOST = 16 * 1024 * 1024

/** Bytes of which no two neighbours are equal. */
const bytesOf = (length: number, from = 0): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, n) => (from + n) % 251))

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0)

/** The sizes of all buffers allocated from now on. */
function watchAllocations(): number[] {
  const sizes: number[] = []
  const allocate = Buffer.allocUnsafeSlow
  jest.spyOn(Buffer, 'allocUnsafeSlow').mockImplementation((size) => {
    sizes.push(size)
    return allocate(size)
  })
  return sizes
}

afterEach(() => {
  jest.restoreAllMocks()
})

test.each([
  ['no piece', []],
  ['empty pieces', [0, 0]],
  ['one piece', [10]],
  ['single bytes', Array.from({ length: 3_000 }, () => 1)],
  ['pieces of all sizes', [1, 1_023, 1, 5_000, 0, 70_000, 3, 700_000, 20]],
  ['equal large pieces', Array.from({ length: 40 }, () => 65_536)],
])('The content is all pieces in their order: %s', (_name, sizes) => {
  const buffer = createGrowingBuffer(MOST)
  let at = 0
  for (const size of sizes) {
    buffer.add(bytesOf(size, at))
    at += size
    expect(buffer.bytes()).toBe(at)
  }
  expect(buffer.content().equals(bytesOf(sum(sizes)))).toBe(true)
})

test('Pieces can be added after the content was read', () => {
  const buffer = createGrowingBuffer(MOST)
  buffer.add(bytesOf(2_000))
  buffer.add(bytesOf(2_000, 2_000))
  expect(buffer.content().equals(bytesOf(4_000))).toBe(true)
  buffer.add(bytesOf(3_000, 4_000))
  expect(buffer.content().equals(bytesOf(7_000))).toBe(true)
})

test('No piece of a large body allocates much, and few pieces allocate at all', () => {
  const sizes = watchAllocations()
  const buffer = createGrowingBuffer(MOST)
  const piece = bytesOf(65_536)
  for (let count = 0; count < 256; count += 1) buffer.add(piece)
  expect(Math.max(...sizes)).toBe(256 * 1024)
  expect(sizes.length).toBeLessThan(80)
})

test('A growing buffer allocates no more than can arrive', () => {
  const sizes = watchAllocations()
  const buffer = createGrowingBuffer(100_000)
  for (let count = 0; count < 100; count += 1) buffer.add(bytesOf(1_000))
  expect(sum(sizes)).toBe(100_000)
})
