/** Bounds the queries and mutations of one caller that run at once. More are refused. */
import { callerOf } from '../../exchange/caller-key.ts'
import type { BudgetPlans } from '../../limits/budget-plans.ts'
import { overLimit } from '../../limits/limits.ts'
import type { ReportLimit } from '../../limits/report.ts'
import type { LimitConcurrency } from './concurrency.ts'
import type { SharedRequests } from './shared-requests.ts'

const RETRY_AFTER = 1 // seconds

interface RequestOptions {
  /** If set, nothing is refused, and would-be refusals are reported. */
  readonly reportMeasured: ReportLimit | undefined
  /** Counts for all gateways; without it each gateway counts its own. */
  readonly shared: SharedRequests | undefined
}

/** @param inner runs requests within the bound */
export function limitRequests(
  { planOf }: Pick<BudgetPlans, 'planOf'>,
  inner: LimitConcurrency,
  { reportMeasured, shared }: RequestOptions,
): LimitConcurrency {
  const inWork = new Map<string, number>()
  const refuse = (caller: string, most: number): void => {
    if (!reportMeasured) throw tooMany(most)
    reportMeasured('budgetRequests', caller)
  }
  return async (exchange, operation, client, work) => {
    const caller = callerOf(exchange)
    const most = planOf(exchange.apiClient).requestsAtOnce
    const before = inWork.get(caller) ?? 0
    if (before >= most) refuse(caller, most)
    inWork.set(caller, before + 1)
    let giveBack: (() => void) | undefined
    try {
      const taken = before < most && Number.isFinite(most) ? await shared?.take(caller, most) : undefined
      if (taken === 'full') refuse(caller, most)
      else giveBack = taken
      return await inner(exchange, operation, client, work)
    } finally {
      giveBack?.()
      const left = (inWork.get(caller) ?? 1) - 1
      if (left > 0) inWork.set(caller, left)
      else inWork.delete(caller)
    }
  }
}

function tooMany(most: number): Error {
  const message = `${most} requests of this caller are in work already; try again in ${RETRY_AFTER} s.`
  return overLimit('budgetRequests', message, 'BUDGET_EXHAUSTED', { retryAfter: RETRY_AFTER })
}
