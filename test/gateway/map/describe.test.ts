import { expect, test } from '@jest/globals'
import { createDurations } from '../../../gateway/figures/durations.ts'
import { describeMap } from '../../../gateway/map/describe.ts'
import { type Reading, readingsOf } from '../../../gateway/map/reading.ts'
import type { InstanceReading } from '../../../gateway/traffic/reading.ts'

const NOW = 20_000

function durations(took: readonly number[], failed = 0) {
  const made = createDurations()
  for (const one of took) made.record(one, NOW - 1_000)
  for (let n = 0; n < failed; n += 1) made.fail(NOW - 1_000)
  return made
}

const instance = (url: string, more: Partial<InstanceReading> = {}): InstanceReading => ({
  url,
  pid: 7,
  breaker: 'closed',
  store: undefined,
  writes: false,
  inFlight: 1,
  calls: durations([2, 2, 2, 2, 2]).recent(NOW),
  ...more,
})

const reading = (names: readonly string[], instances: readonly InstanceReading[]): Reading => ({
  operations: readingsOf(
    names.map((name, at) => [
      name,
      {
        durations: durations(
          Array.from({ length: 10 + at }, () => 4),
          1,
        ),
        stages: [['banking'], ['weather', 'content']],
      },
    ]),
    NOW,
  ),
  shared: 5,
  subscriptions: 2,
  services: [
    { name: 'banking', kind: 'stateful', hits: 0, misses: 0, shared: 0, hedges: 0, retries: 1, instances },
    { name: 'weather', kind: 'stateless', hits: 30, misses: 10, shared: 20, hedges: 0, retries: 0, instances: [] },
  ],
})

test('The map adds up what each process counted', () => {
  const one = reading(['Overview', 'Pay'], [instance('http://a'), instance('http://b', { breaker: 'open' })])
  const other = reading(['Pay'], [instance('http://a', { writes: true }), instance('http://b')])
  const map = describeMap([one, other], 'ready', 1)
  expect(map).toMatchObject({
    at: 1,
    seconds: 10,
    gateway: { state: 'ready', workers: 2, shared: 1, subscriptions: 4 },
  })
  expect(map.gateway).toMatchObject({ requests: 3.1, errors: 0.3, p50: expect.any(Number), p95: expect.any(Number) })
  expect(map.operations.map(({ name, requests, errors }) => [name, requests, errors])).toEqual([
    ['Pay', 2.1, 0.2],
    ['Overview', 1, 0.1],
  ])
  expect(map.operations[0]?.stages).toEqual([['banking'], ['weather', 'content']])
  const [banking, weather] = map.services
  expect(banking).toMatchObject({ kind: 'stateful', cache: null, retries: 0.2 })
  expect(banking?.instances).toMatchObject([
    { url: 'http://a', health: 'healthy', writes: true, inFlight: 2, requests: 1 },
    { url: 'http://b', health: 'unhealthy', breaker: 'open', writes: false },
  ])
  expect(weather).toMatchObject({ kind: 'stateless', cache: { hits: 6, misses: 2 }, shared: 4 })
})

test('The map shows a database as available if one instance reaches it', () => {
  const store = (health: 'ready' | 'unavailable' | 'unknown') => ({ store: { name: 'PostgreSQL', health } })
  const found = (...instances: InstanceReading[]) => describeMap([reading([], instances)], 'ready').services[0]?.store
  expect(found(instance('a', store('unknown')), instance('b', store('ready')))?.health).toBe('ready')
  expect(found(instance('a', store('unknown')), instance('b', store('unavailable')))?.health).toBe('unavailable')
  expect(found(instance('a', store('unknown')))?.health).toBe('unknown')
  expect(found(instance('a'))).toBeNull()
})

test('The map shows the 20 busiest operations, and none that did not run recently', () => {
  const many = reading(
    Array.from({ length: 50 }, (_, n) => `Name${n}`),
    [],
  )
  const idle = readingsOf([['Idle', { durations: durations([]), stages: undefined }]], NOW)
  const map = describeMap([{ ...many, operations: [...many.operations, ...idle] }], 'ready')
  expect(map.operations).toHaveLength(20)
  expect(map.operations[0]?.name).toBe('Name49')
  expect(idle).toEqual([])
})

test('Without processes the map is empty', () => {
  expect(describeMap([], 'starting')).toMatchObject({
    gateway: { state: 'starting', workers: 0, requests: 0, p50: null },
    services: [],
    operations: [],
  })
})
