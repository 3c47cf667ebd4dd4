/**
 * Plans in this thread. Suites of random operations open engines over many supergraphs, and each
 * planner thread would load its modules again, for half a second. `plan/planner-thread.test.ts` and
 * every gateway test the product's thread.
 */
import type { QueryPlan } from '@apollo/query-planner'
import { createPlanner } from '../../../../gateway/execution/plan/planner.ts'
import { type PlanningOptions, unplannable } from '../../../../gateway/execution/plan/planner-thread.ts'
import type { SharedPlanner } from '../../../../gateway/execution/plan/shared-planner.ts'

const KEPT = 12 // planners, kept for the next suite or the exact path over the same supergraph
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

/** Plans in the mode for operations whose full planning takes too long. */
export const planQuicklyHere = (supergraph: string, options: Options): Promise<SharedPlanner> =>
  openPlanner(supergraph, options, true)

async function openPlanner(
  supergraph: string,
  { onPlanned, onUnplannable }: Options,
  quickly: boolean,
): Promise<SharedPlanner> {
  const { facts, plan } = plannerOf(supergraph)
  return {
    // Cloned, as a message to another thread is.
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
