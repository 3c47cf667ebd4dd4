import { expect, test } from '@jest/globals'
import { addSpreads, countOf, createDurations, quantileOf } from '../../../gateway/figures/durations.ts'
import { exportDurations } from '../../../gateway/figures/export.ts'
import { createTally } from '../../../gateway/figures/recent.ts'
import { Registry } from '../../../platform/process/prometheus.ts'

test('Quantiles are within a bucket of the true ones', () => {
  const durations = createDurations()
  for (let took = 1; took <= 1000; took += 1) durations.record(took / 10, 0)
  const recent = durations.recent(1000)
  for (const share of [0.1, 0.5, 0.95, 0.99]) {
    const found = quantileOf(recent, share) ?? Number.NaN
    expect(Math.abs(found / (share * 100) - 1)).toBeLessThan(0.1)
  }
  expect(quantileOf(createDurations().recent(0), 0.5)).toBeNull()
  durations.record(10 ** 9, 0)
  expect(quantileOf(durations.recent(2000), 1)).toBe(80_000)
})

test('Recent figures are those of the last ten whole seconds', () => {
  const durations = createDurations()
  for (let second = 0; second < 30; second += 1) {
    durations.record(5, second * 1000)
    durations.fail(second * 1000)
  }
  const counts = [29_999, 30_000, 35_000, 39_999, 40_000, 10 ** 6].map((now) => countOf(durations.recent(now)))
  expect(counts).toEqual([10, 10, 5, 1, 0, 0])
  expect(durations.total).toMatchObject({ failed: 30, milliseconds: 150 })
  expect(durations.recent(10 ** 6).failed).toBe(0)
})

test('Figures of several processes are added up', () => {
  const [one, other] = [createDurations(), createDurations()]
  one.record(1, 0)
  other.record(1, 0)
  other.fail(0)
  const sum = addSpreads([one.recent(1000), other.recent(1000)])
  expect([countOf(sum), sum.failed]).toEqual([2, 1])
})

test('Prometheus gets cumulative buckets, sum and count', async () => {
  const registry = new Registry()
  const durations = createDurations()
  for (const took of [0.4, 1, 1.1, 7, 90_000]) durations.record(took, 0)
  exportDurations(registry, {
    name: 'seconds',
    help: 'Some',
    labelNames: ['of'],
    read: () => [[{ of: 'all' }, durations]],
  })
  const text = await registry.metrics()
  expect(text).toContain('# TYPE seconds histogram')
  const bucket = (le: string) => Number(text.match(`seconds_bucket\\{le="${le}",of="all"\\} (\\d+)`)?.[1])
  expect(['0.0005', '0.001', '0.0025', '0.01', '15', '\\+Inf'].map(bucket)).toEqual([1, 2, 3, 4, 4, 5])
  expect(text).toContain('seconds_count{of="all"} 5')
  expect(text).toContain('seconds_sum{of="all"} 90.0095')
})

test('A tally counts in total and over the last seconds', () => {
  const tally = createTally()
  tally.add(2)
  tally.add(3)
  expect(tally.total).toBe(5)
  expect(tally.recent(performance.now() + 1000)).toBe(5)
  expect(tally.recent(performance.now() + 20_000)).toBe(0)
})
