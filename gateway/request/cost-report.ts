/**
 * Tells clients what an operation cost, if they ask with `extensions: {cost: true}`: in
 * `extensions.cost` of the answer. A parameter, because headers do not reach WebSockets.
 */
import { actualCost } from '../document/actual-cost.ts'
import { fragmentsOf } from '../execution/plan/conditions.ts'
import type { Execute } from './execute.ts'
import type { Budget } from './policies/budget.ts'

export const withCostReport =
  (next: Execute, budget: Budget): Execute =>
  async (edition, exchange, operation, client) => {
    if (exchange.parameters.extensions?.['cost'] !== true) return next(edition, exchange, operation, client)
    const { outcome } = await next(edition, exchange, operation, client)
    const { data } = outcome.body ? (JSON.parse(outcome.body.toString()) as { data: unknown }) : { data: null }
    const { schema, engine } = edition
    const { document, definition } = operation
    const rules = { schema, declared: engine.facts.costs }
    const cost = {
      estimate: exchange.cost,
      actual: actualCost(rules, definition, fragmentsOf(document.node), data),
      budgets: budget.left(exchange),
    }
    // What is left is the caller's own.
    return { outcome: { ...outcome, extensions: { cost } }, keepable: undefined }
  }
