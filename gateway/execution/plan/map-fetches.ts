/** Replaces the fetches of a plan. It keeps their order, and nothing of the plan but its nodes. */
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner'

type Change = (node: FetchNode) => FetchNode

export function mapFetches({ kind, node }: QueryPlan, change: Change): QueryPlan {
  if (!node) return { kind }
  if (node.kind !== 'Subscription') return { kind, node: mapNode(node, change) }
  const rest = node.rest && mapNode(node.rest, change)
  return { kind, node: { ...node, primary: change(node.primary), ...(rest && { rest }) } }
}

function mapNode(node: PlanNode, change: Change): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((child) => mapNode(child, change)) }
    case 'Flatten':
      return { ...node, node: mapNode(node.node, change) }
    case 'Fetch':
      return change(node)
    default:
      return node
  }
}
