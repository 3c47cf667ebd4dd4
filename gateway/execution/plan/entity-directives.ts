/**
 * The planner repeats an operation's directives in each request. Entities are asked for in queries,
 * where a directive of mutations or subscriptions may not stand.
 */
import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import { operationOf, withOperation } from './fetch-operation.ts'
import { mapFetches } from './map-fetches.ts'

/** @param mayStand whether a directive is allowed in queries */
export const withEntityDirectives = (plan: QueryPlan, mayStand: (directive: string) => boolean): QueryPlan =>
  mapFetches(plan, (node) => (node.requires ? withDirectives(node, mayStand) : node))

function withDirectives(node: FetchNode, mayStand: (directive: string) => boolean): FetchNode {
  const definition = operationOf(node.operation)
  const { directives = [] } = definition
  const kept = directives.filter(({ name }) => mayStand(name.value))
  return kept.length === directives.length ? node : withOperation(node, { ...definition, directives: kept })
}
