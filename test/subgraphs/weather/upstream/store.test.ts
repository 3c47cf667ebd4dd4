import { expect, test } from '@jest/globals'
import { memoryStore } from '../../../../subgraphs/weather/upstream/store.ts'
import type { Sheet } from '../../../../subgraphs/weather/upstream/upstream.ts'

const sheet = (overrides: Partial<Sheet> = {}): Sheet => ({
  figures: { daily: [] },
  kind: 'FORECAST',
  issuedAt: 0,
  validUntil: Date.now() + 60_000,
  ...overrides,
})

test("The store's memory is limited: the least recently used sheet is evicted first", async () => {
  const store = memoryStore(1000)
  for (let index = 0; index < 100; index++) store.setAll([{ key: `k${index}`, sheet: sheet() }])
  const kept = (await store.getAll(Array.from({ length: 100 }, (_, index) => `k${index}`))).map(
    (each) => each !== undefined,
  )
  const count = kept.filter(Boolean).length
  expect(count).toBeGreaterThan(3)
  expect(count).toBeLessThan(20)
  expect(kept.slice(-count).every(Boolean)).toBe(true)
})

test('A sheet larger than the whole memory is not stored and evicts nothing', () => {
  const store = memoryStore(500)
  store.setAll([{ key: 'small', sheet: sheet() }])
  store.setAll([{ key: 'large', sheet: sheet({ lastModified: 'x'.repeat(1000) }) }])
  expect([store.peek('small') !== undefined, store.peek('large')]).toEqual([true, undefined])
})

test('A stale sheet is kept only if the upstream may renew it', async () => {
  const store = memoryStore()
  store.setAll([
    { key: 'renewable', sheet: sheet({ validUntil: Date.now() - 1, lastModified: 'Mon, 01 Jun 2026 09:20:00 GMT' }) },
    { key: 'not', sheet: sheet({ validUntil: Date.now() - 1 }) },
  ])
  while (store.peek('not')) await new Promise(setImmediate)
  expect(store.peek('renewable')).toBeDefined()
})
