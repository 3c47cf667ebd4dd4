/** Which services a plan asks. */
import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner'

/** Names as in the supergraph; none where the schema alone can answer. */
export function planServices({ node }: QueryPlan): ReadonlySet<string> {
  const services = new Set<string>()
  const visit = (part: PlanNode | SubscriptionNode | undefined): void => {
    switch (part?.kind) {
      case 'Fetch':
        services.add(part.serviceName)
        break
      case 'Flatten':
        visit(part.node)
        break
      case 'Sequence':
      case 'Parallel':
        part.nodes.forEach(visit)
        break
      case 'Condition':
        visit(part.ifClause)
        visit(part.elseClause)
        break
      case 'Subscription':
        visit(part.primary)
        visit(part.rest)
        break
      default:
    }
  }
  visit(node)
  return services
}
