import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createOperationCache } from '../../../gateway/execution/operation-cache.ts'

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
