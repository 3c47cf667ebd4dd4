import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { pino } from 'pino'
import { createPlanLog, type PlanLog } from '../../../gateway/edition/plan-log.ts'

let lines: string[]
let planLog: PlanLog
beforeEach(() => {
  jest.useFakeTimers()
  lines = []
  planLog = createPlanLog(pino({ level: 'info' }, { write: (text: string) => void lines.push(text) }))
})
afterEach(() => {
  jest.useRealTimers()
})
const told = (): unknown[] => lines.map((line) => JSON.parse(line) as unknown)
const long = `query Wide($a: Int) { ${'field '.repeat(20_000)}}`

test("A slow plan is logged with the operation's name, hash and an excerpt", () => {
  planLog.planned('query Fast { a }', 50)
  planLog.planned(long, 51)
  planLog.planned('{ a }', 51)
  expect(told()).toMatchObject([
    {
      operationName: 'Wide',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      operation: expect.stringMatching(/^query Wide.*…/) as unknown,
      milliseconds: 51,
      leftOut: 0,
    },
    { operationName: '', operation: '{ a }' },
  ])
  expect(lines[0]?.length).toBeLessThan(1_000)
})

test.each<[string, (log: PlanLog) => void]>([
  ['that took long to plan', (log) => log.planned(long, 1_000)],
  ['that could not be planned', (log) => log.unplannable(long, 'x'.repeat(10_000))],
])('A flood of operations %s writes ten short lines in 30 s', (_what, report) => {
  for (let n = 0; n < 500; n += 1) report(planLog)
  expect(lines.length).toBe(10)
  jest.advanceTimersByTime(31_000)
  report(planLog)
  expect(told()[10]).toMatchObject({ leftOut: 490 })
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(1_500)
})
