/** Bounds the queries and mutations of one caller that are in work at once. More are refused. */
import { callerOf } from '../../exchange/caller-key.ts'
import type { BudgetPlans } from '../../limits/budget-plans.ts'
import { overLimit } from '../../limits/limits.ts'
import type { ReportLimit } from '../../limits/report.ts'
import type { LimitConcurrency } from './concurrency.ts'

const RETRY_AFTER = 1 // seconds

/**
 * @param inner what requests within the bound go on to
 * @param reportMeasured if set, nothing is refused, and what would have been is reported
 */
export function limitRequests(
  { planOf }: Pick<BudgetPlans, 'planOf'>,
  inner: LimitConcurrency,
  reportMeasured: ReportLimit | undefined,
): LimitConcurrency {
  const inWork = new Map<string, number>()
  return async (exchange, operation, client, work) => {
    const caller = callerOf(exchange)
    const most = planOf(exchange.apiClient).requestsAtOnce
    const before = inWork.get(caller) ?? 0
    if (before >= most) {
      if (!reportMeasured) throw tooMany(most)
      reportMeasured('budgetRequests', caller)
    }
    inWork.set(caller, before + 1)
    try {
      return await inner(exchange, operation, client, work)
    } finally {
      const left = (inWork.get(caller) ?? 1) - 1
      if (left > 0) inWork.set(caller, left)
      else inWork.delete(caller)
    }
  }
}

export function tooMany(most: number): Error {
  const message = `${most} requests of this caller are in work already; try again in ${RETRY_AFTER} s.`
  return overLimit('budgetRequests', message, 'BUDGET_EXHAUSTED', { retryAfter: RETRY_AFTER })
}
