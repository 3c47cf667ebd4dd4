/**
 * What each API client's callers may spend: the windows of their cost, and their requests at once.
 * Plain data, read from the settings once.
 */
import type { BudgetSettings, ClientBudget } from '../config/sections/budgets.ts'
import type { BoundName, Limits } from './limits.ts'

/** So much cost may be spent at once; it is refilled evenly within `every` milliseconds. */
export type BudgetWindow = Readonly<NonNullable<ClientBudget['windows']>[number]>

export interface BudgetPlan {
  readonly windows: readonly BudgetWindow[]
  /** The limit that the windows are, for log and metrics. */
  readonly limit: BoundName
  /** `Infinity` without a bound. */
  readonly requestsAtOnce: number
}

export interface BudgetPlans {
  /** @param client the API client; `undefined` for any other caller */
  planOf(client: string | undefined): BudgetPlan
  readonly boundsCost: boolean
  readonly boundsRequests: boolean
}

const MINUTE = 60_000 // milliseconds

/**
 * Without windows `costPerMinute` is the only one.
 * @param gateways that count for themselves: each allows its part
 */
export function createBudgetPlans(
  settings: BudgetSettings,
  { costPerMinute }: Pick<Limits, 'costPerMinute'>,
  gateways: number,
): BudgetPlans {
  const byDefault: BudgetPlan = {
    windows: Number.isFinite(costPerMinute) ? [{ every: MINUTE, cost: costPerMinute }] : [],
    limit: 'costPerMinute',
    requestsAtOnce: Number.POSITIVE_INFINITY,
  }
  const planFrom = ({ windows, requestsAtOnce }: ClientBudget, otherwise: BudgetPlan): BudgetPlan => ({
    ...otherwise,
    ...(windows && {
      windows: windows.map(({ every, cost }) => ({ every, cost: Math.ceil(cost / gateways) })),
      limit: 'budgetCost',
    }),
    ...(requestsAtOnce !== undefined && { requestsAtOnce: Math.ceil(requestsAtOnce / gateways) }),
  })
  const ofAll = planFrom(settings, byDefault)
  const clients = new Map(Object.entries(settings.clients).map(([name, own]) => [name, planFrom(own, ofAll)]))
  const plans = [ofAll, ...clients.values()]
  return {
    planOf: clients.size === 0 ? () => ofAll : (name) => (name === undefined ? ofAll : (clients.get(name) ?? ofAll)),
    boundsCost: plans.some(({ windows }) => windows.length > 0),
    boundsRequests: plans.some(({ requestsAtOnce }) => Number.isFinite(requestsAtOnce)),
  }
}
