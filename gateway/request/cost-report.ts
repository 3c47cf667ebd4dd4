/**
 * Adds `extensions.cost` to answers of clients that ask with `extensions: {cost: true}`. A
 * parameter, because headers do not reach WebSockets.
 */
import { actualCost } from '../document/actual-cost.ts'
import type { KnownOperation } from '../document/documents.ts'
import type { SchemaEdition } from '../edition/edition.ts'
import { asksForCost, type Exchange } from '../exchange/exchange.ts'
import type { Outcome } from '../exchange/outcome.ts'
import type { Trace } from '../exchange/trace.ts'
import { fragmentsOf } from '../execution/plan/conditions.ts'
import type { Execute } from './execute.ts'
import type { Budget } from './policies/budget.ts'

export const withCostReport =
  (next: Execute, budget: Budget): Execute =>
  (edition, exchange, operation, client) => {
    const answer = next(edition, exchange, operation, client)
    if (!asksForCost(exchange)) return answer
    return answer.then(({ outcome }) => {
      const cost = costOf(edition, exchange, operation, outcome, budget)
      // The rest of the budget concerns only this caller, so the answer is not cacheable.
      return { outcome: { ...outcome, extensions: { ...outcome.extensions, cost } }, keepable: undefined }
    })
  }

export function costOf(
  { schema, engine }: SchemaEdition,
  exchange: Exchange,
  { document, definition }: KnownOperation,
  { body }: Outcome,
  budget: Budget,
): Trace['cost'] {
  const { data } = body ? (JSON.parse(body.toString()) as { data: unknown }) : { data: null }
  const rules = { schema, declared: engine.facts.costs }
  return {
    estimate: exchange.cost,
    actual: actualCost(rules, definition, fragmentsOf(document.node), data),
    budgets: budget.left(exchange),
  }
}
