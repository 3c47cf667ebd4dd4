/**
 * Planning in this thread, where suites of random operations open an engine and an exact path over
 * each of many supergraphs: every thread would load the planner's modules anew, for half a second.
 * The product's thread is under test in `plan/planner-thread.test.ts` and behind every gateway.
 */
import type { QueryPlan } from '@apollo/query-planner'
import { createPlanner } from '../../../../gateway/execution/plan/planner.ts'
import { type PlanningOptions, unplannable } from '../../../../gateway/execution/plan/planner-thread.ts'
import type { SharedPlanner } from '../../../../gateway/execution/plan/shared-planner.ts'

const KEPT = 12 // planners, for the next suite or the exact path over the same supergraph
const planners = new Map<string, ReturnType<typeof createPlanner>>()

function plannerOf(supergraph: string): ReturnType<typeof createPlanner> {
  const planner = planners.get(supergraph) ?? createPlanner(supergraph)
  planners.delete(supergraph)
  planners.set(supergraph, planner)
  for (const oldest of planners.keys()) if (planners.size > KEPT) planners.delete(oldest)
  return planner
}

type Options = Pick<PlanningOptions, 'onPlanned' | 'onUnplannable'>

export const planHere = (supergraph: string, options: Options): Promise<SharedPlanner> =>
  openPlanner(supergraph, options, false)

/** As operations are planned that take too long. */
export const planQuicklyHere = (supergraph: string, options: Options): Promise<SharedPlanner> =>
  openPlanner(supergraph, options, true)

async function openPlanner(
  supergraph: string,
  { onPlanned, onUnplannable }: Options,
  quickly: boolean,
): Promise<SharedPlanner> {
  const { facts, plan } = plannerOf(supergraph)
  return {
    // As they are on the other side of a thread.
    facts: structuredClone(facts),
    async plan(operation): Promise<QueryPlan> {
      const start = performance.now()
      try {
        const found = structuredClone(plan(operation, quickly))
        onPlanned(operation, performance.now() - start)
        return found
      } catch (error) {
        onUnplannable(operation, (error as Error).message)
        throw unplannable()
      }
    },
    close: () => Promise.resolve(),
  }
}
