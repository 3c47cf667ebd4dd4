/**
 * Logs operations that are slow or impossible to plan. Clients write them, so their texts and the
 * number of lines are bounded.
 */
import { hash } from 'node:crypto'
import { excerpt } from '../../platform/process/excerpt.ts'
import { createLineBudget } from '../../platform/process/line-budget.ts'
import type { Logger } from '../../platform/process/log.ts'

export interface PlanLog {
  /** @param operation the text that was planned */
  planned(operation: string, milliseconds: number): void
  unplannable(operation: string, reason: string): void
}

const SLOW = 50 // milliseconds
const INTERVAL = 30_000 // milliseconds
const LINES = 10 // of each kind in an interval

export function createPlanLog(log: Logger): PlanLog {
  const takeSlow = createLineBudget(LINES, INTERVAL)
  const takeUnplannable = createLineBudget(LINES, INTERVAL)
  return {
    planned(operation, milliseconds) {
      if (milliseconds <= SLOW) return
      const leftOut = takeSlow()
      if (leftOut === undefined) return
      log.info({ ...about(operation), milliseconds, leftOut }, 'an operation took long to plan')
    },
    unplannable(operation, reason) {
      const leftOut = takeUnplannable()
      if (leftOut === undefined) return
      log.error({ ...about(operation), reason: excerpt(reason), leftOut }, 'an operation could not be planned')
    },
  }
}

/** The hash distinguishes operations with equal excerpts. */
const about = (operation: string) => ({
  operationName: excerpt(/^\w+ (\w+)/.exec(operation)?.[1] ?? ''),
  sha256: hash('sha256', operation, 'hex'),
  operation: excerpt(operation),
})
