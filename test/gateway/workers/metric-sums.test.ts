import { expect, test } from '@jest/globals'
import { createMetricSums, type Metrics } from '../../../gateway/workers/metric-sums.ts'
import { Counter, Registry } from '../../../platform/process/prometheus.ts'

async function workerMetrics(names: readonly string[]): Promise<Metrics> {
  const registry = new Registry()
  const counter = new Counter({ name: 'n_total', help: 'n', labelNames: ['operation'], registers: [registry] })
  for (const operation of names) counter.inc({ operation })
  return registry.getMetricsAsJSON()
}

test('Names are bounded however many workers come and go', async () => {
  const sums = createMetricSums()
  for (let worker = 0; worker < 20; worker += 1) {
    sums.update(worker, await workerMetrics(Array.from({ length: 200 }, (_, n) => `of${worker}n${n}`)))
    sums.end(worker)
  }
  const counts = [...(await sums.text()).matchAll(/n_total\{operation="(\w+)"\} (\d+)/g)]
  expect(counts).toHaveLength(1_201)
  expect(counts.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(4_000)
})
