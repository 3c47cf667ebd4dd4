/** Changes every fetch of a plan. */
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner'

export function mapFetches({ kind, node }: QueryPlan, change: (fetch: FetchNode) => FetchNode): QueryPlan {
  if (!node) return { kind }
  if (node.kind !== 'Subscription') return { kind, node: mapNode(node, change) }
  const rest = node.rest && mapNode(node.rest, change)
  return { kind, node: { ...node, primary: change(node.primary), ...(rest && { rest }) } }
}

function mapNode(node: PlanNode, change: (fetch: FetchNode) => FetchNode): PlanNode {
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
