import { expect, test } from '@jest/globals'
import { createDigests, digest } from '../../../../gateway/traffic/cache/digests.ts'

test('Digests of long texts stay within the set memory', () => {
  const digests = createDigests(1_000_000)
  for (let number = 0; number < 1_000; number += 1) {
    const text = `${number} ${'x'.repeat(10_000)}`
    expect(digests.of(text)).toBe(digest(text))
    expect(digests.keptBytes).toBeLessThanOrEqual(1_000_000)
  }
  expect(digests.keptBytes).toBeGreaterThan(900_000)
})

test('The digest of a very long text is the same each time, and not cached', () => {
  const digests = createDigests()
  const text = 'x'.repeat(900_000)
  expect(digests.of(text)).toBe(digest(text))
  expect(digests.of(text)).toBe(digests.of(text))
  expect(digests.keptBytes).toBe(0)
})
