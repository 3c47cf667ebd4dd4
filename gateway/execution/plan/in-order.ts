/**
 * Completes each root field of a mutation, with everything below it, before the next one begins
 * (GraphQL specification, section 6.2.2).
 */
import type { PlanNode, QueryPlan } from '@apollo/query-planner'
import { Kind, print, type SelectionNode } from 'graphql'
import { operationOf } from './fetch-operation.ts'

/**
 * The planner would send a service several fields at once, and fetch other services' data for the
 * first field only after the last has run. If one call answers everything, the service itself keeps
 * the order.
 * @param text a mutation
 */
export async function planInOrder(text: string, plan: (text: string) => Promise<QueryPlan>): Promise<QueryPlan> {
  const whole = await plan(text)
  const definition = operationOf(text)
  const fields = definition.selectionSet.selections.filter((selection) => !isTypename(selection))
  if (fields.length < 2) return whole
  // The planner joins fragments with equal directives, and so changes the order.
  if (whole.node?.kind === 'Fetch' && fields.every(({ kind }) => kind === Kind.FIELD)) return whole
  const nodes: PlanNode[] = []
  for (const field of fields) {
    const { node } = await plan(
      print({ ...definition, selectionSet: { kind: Kind.SELECTION_SET, selections: [field] } }),
    )
    // A mutation's plan contains no subscription.
    if (node && node.kind !== 'Subscription') nodes.push(node)
  }
  return { kind: 'QueryPlan', node: { kind: 'Sequence', nodes } }
}

const isTypename = (selection: SelectionNode): boolean =>
  selection.kind === Kind.FIELD && selection.name.value === '__typename'
