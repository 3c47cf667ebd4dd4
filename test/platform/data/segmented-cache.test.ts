import { expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { createEngine } from '../../../gateway/execution/engine.ts'
import { createSegmentedCache } from '../../../platform/data/segmented-cache.ts'
import { composeTest } from '../../gateway/execution/support/federation.ts'
import { club, desk } from '../../gateway/execution/support/members.ts'
import fc from '../../support/fast-check.ts'

test('An operation in use survives a stream of one-off operations', () => {
  const cache = createSegmentedCache<{ name: string }>(1_000)
  cache.set('used', { name: 'used' }, 100)
  expect(cache.get('used')).toEqual({ name: 'used' })
  for (let count = 0; count < 10_000; count++) cache.set(`once ${count}`, { name: 'once' }, 100)
  expect(cache.get('used')).toEqual({ name: 'used' })
})

test('The cache never holds more bytes than its limit', () => {
  const step = fc.record({ key: fc.nat(30), size: fc.nat(2_000), isRead: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const cache = createSegmentedCache<object>(1_000)
      for (const { key, size, isRead } of steps) {
        if (isRead) cache.get(`${key}`)
        else cache.set(`${key}`, {}, size)
        if (cache.size > 1_000) return false
      }
      return true
    }),
  )
})

test('A stream of one-off documents stays within the bytes the engine may use', async () => {
  const cacheBytes = 200_000
  const engine = await createEngine(composeTest({ club, desk }), { cacheBytes })
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

test('Operations of one engine are prepared in another, most used first: subscriptions, named operations, forms', async () => {
  const planned: string[] = []
  const onPlanned = (operation: string): void => void planned.push(operation)
  const supergraph = composeTest({ club, desk })
  const [old, fresh] = await Promise.all([createEngine(supergraph), createEngine(supergraph, { onPlanned })])
  try {
    const subscription = 'subscription S { joined { id mayVote } }'
    const conditional = 'query C($all: Boolean!) { me { id mayVote @include(if: $all) } }'
    const several = 'query One { me { id } } query Two { me { email } }'
    await old.prepare(subscription, parse(subscription)).warm()
    old.prepare(several, parse(several), 'One')
    for (let uses = 0; uses < 2; uses++) await old.prepare(several, parse(several), 'Two').warm()
    for (const all of [true, false, true]) await old.prepare(conditional, parse(conditional)).compiled({ all })
    const inUse = old.inUse()
    expect(inUse.map(({ query, operationName, forms }) => [query, operationName, forms])).toEqual([
      [conditional, undefined, [{ all: true }, { all: false }]],
      [several, 'Two', [{}]],
      [subscription, undefined, [{}]],
    ])
    for (const operation of inUse) await fresh.warm(operation, parse(operation.query))
    expect(planned).toHaveLength(4)
    for (const [query, name, conditions] of [
      [conditional, undefined, { all: true }],
      [conditional, undefined, { all: false }],
      [several, 'Two', {}],
      [subscription, undefined, {}],
    ] as const)
      expect(fresh.prepare(query, parse(query), name).compiled(conditions)).not.toBeInstanceOf(Promise)
    expect(fresh.inUse().map(({ query }) => query)).toEqual([conditional, several, subscription])
  } finally {
    await old.close()
    await fresh.close()
  }
})

test('Old uses count less than recent ones', () => {
  const cache = createSegmentedCache<{ name: string }>(1_000_000)
  const use = (name: string, times: number): void => {
    cache.set(name, { name }, 100)
    for (let count = 1; count < times; count++) cache.get(name)
  }
  use('once hot', 10_000)
  use('other', 1_000_000)
  use('new', 100)
  const hottest = Array.from(cache.entries()).sort((one, other) => other.uses - one.uses)
  expect(hottest.map(({ value }) => value.name)).toEqual(['other', 'new', 'once hot'])
})
