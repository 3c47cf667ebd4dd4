import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'graphql'
import { createEngine, defaultEngineOptions } from '../../../gateway/execution/engine.ts'
import { createOperationCache } from '../../../gateway/execution/operation-cache.ts'
import { composeTest } from './support/federation.ts'
import { club, desk } from './support/members.ts'

test('an operation in use survives a stream of operations that come once', () => {
  const cache = createOperationCache<{ name: string }>(1_000)
  cache.set('used', { name: 'used' }, 100)
  expect(cache.get('used')).toEqual({ name: 'used' })
  for (let count = 0; count < 10_000; count++) cache.set(`once ${count}`, { name: 'once' }, 100)
  expect(cache.get('used')).toEqual({ name: 'used' })
})

test('whatever happens, it keeps no more bytes than it may', () => {
  const step = fc.record({ key: fc.nat(30), size: fc.nat(2_000), isRead: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const cache = createOperationCache<object>(1_000)
      for (const { key, size, isRead } of steps) {
        if (isRead) cache.get(`${key}`)
        else cache.set(`${key}`, {}, size)
        if (cache.size > 1_000) return false
      }
      return true
    }),
  )
})

test('a stream of one-off documents stays within the bytes that the engine may take', async () => {
  const cacheBytes = 200_000
  const engine = await createEngine(composeTest({ club, desk }), { ...defaultEngineOptions, cacheBytes })
  try {
    for (let count = 0; count < 60; count++) {
      const query = `query Q${count} { me { id mayVote greeting(language: "l${count}") } }`
      await engine.prepare(query, parse(query)).warm()
      expect(engine.cachedBytes).toBeLessThanOrEqual(cacheBytes)
    }
    expect(engine.cachedBytes).toBeGreaterThan(20_000)
  } finally {
    await engine.close()
  }
})
