import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { createLimitReports, type ReportLimit } from '../../../gateway/limits/report.ts'
import { createLogger } from '../../../platform/process/log.ts'
import { Registry } from '../../../platform/process/prometheus.ts'

let lines: unknown[]
let registry: Registry
let report: ReportLimit
beforeEach(() => {
  jest.useFakeTimers()
  lines = []
  registry = new Registry()
  const log = createLogger('gateway', 'silent')
  jest.spyOn(log, 'warn').mockImplementation((line: unknown) => void lines.push(line))
  report = createLimitReports(registry, log)
})
afterEach(() => {
  jest.useRealTimers()
})

test('Each refusal is counted, and one caller at one limit is logged once in 30 s', async () => {
  for (let n = 0; n < 5; n += 1) report('aliases', 'caller ana')
  report('depth', 'caller ana')
  jest.advanceTimersByTime(31_000)
  report('aliases', 'caller ana')
  expect(lines).toEqual([
    { limit: 'aliases', caller: 'caller ana' },
    { limit: 'depth', caller: 'caller ana' },
    { limit: 'aliases', caller: 'caller ana', sinceLastLine: 4 },
  ])
  expect(await registry.metrics()).toContain('tributary_limit_refusals_total{limit="aliases"} 6')
})

test('A flood of callers writes at most 100 lines in 30 s', () => {
  for (let n = 0; n < 500; n += 1) report('aliases', `address 10.0.0.${n}`)
  expect(lines.length).toBe(100)
  jest.advanceTimersByTime(31_000)
  report('aliases', 'address 10.0.0.499')
  expect(lines.length).toBe(101)
})
