/**
 * Prepares a plan for execution: merges equal fetches of a step, and numbers all fetches. Refuses
 * what the engine does not know; never skips it.
 */
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner'
import { checkFetch } from './check-fetch.ts'
import { type DataPath, dataPath } from './data-path.ts'
import { mergeEqual } from './levels.ts'
import { withNestedAliases } from './nested-aliases.ts'
import { questionOf } from './question.ts'
import { PlanShapeError } from './shape-error.ts'
import type { Fetch, Step } from './step.ts'

export interface PreparedPlan {
  /** Fetches at their indexes; the same plan always gives the same indexes. */
  readonly fetches: readonly Fetch[]
  /** The fetch that a subscription's events come from; not part of any step. */
  readonly events: Fetch | undefined
  /** `undefined` if there is nothing to fetch (or nothing more, for an event). */
  readonly steps: Step | undefined
}

/**
 * @param mayMerge whether equal fetches for several paths may become one, which waits for all of
 * them
 * @throws PlanShapeError
 */
export function preparePlan({ node }: QueryPlan, mayMerge = true): PreparedPlan {
  const fetches: Fetch[] = []
  const rest = node?.kind === 'Subscription' ? node.rest : node
  const planned = rest && stepOf(rest, [])
  const merged = planned && mayMerge ? mergeEqual(planned) : planned
  const together = new Set(merged && neighbours(merged))
  const number = (fetch: Fetch): Fetch => {
    const question = together.has(fetch) ? questionOf(fetch.node) : undefined
    const numbered = { ...fetch, index: fetches.length, ...(question && { question }) }
    fetches.push(numbered)
    return numbered
  }
  const numbered = (step: Step): Step =>
    step.kind === 'fetch' ? number(step) : { kind: step.kind, steps: step.steps.map(numbered) }
  const events = node?.kind === 'Subscription' ? number(fetchOf(node.primary, [])) : undefined
  const steps = merged && numbered(merged)
  for (const { node } of fetches) checkFetch(node)
  return { fetches, events, steps }
}

/** Conditions are evaluated before planning, so a plan has none. */
function stepOf(node: PlanNode, path: DataPath): Step {
  switch (node.kind) {
    case 'Sequence':
      return { kind: 'sequence', steps: node.nodes.map((child) => stepOf(child, path)) }
    case 'Parallel':
      return { kind: 'parallel', steps: node.nodes.map((child) => stepOf(child, path)) }
    case 'Flatten':
      return stepOf(node.node, [...path, ...dataPath(node.path)])
    case 'Fetch':
      if (node.operationKind === 'subscription') throw new PlanShapeError('a subscription inside')
      return fetchOf(node, path)
    default:
      throw new PlanShapeError(`the node ${node.kind}`)
  }
}

const fetchOf = (node: FetchNode, path: DataPath): Fetch => ({
  kind: 'fetch',
  index: -1,
  node: withNestedAliases(node),
  paths: [path],
})

/** All fetches that request entities of a service at the same time as another fetch. */
function neighbours(step: Step): readonly Fetch[] {
  if (step.kind === 'fetch') return []
  const here = step.kind === 'parallel' ? firstOf(step).filter(({ node }) => node.requires) : []
  const byService = Map.groupBy(here, ({ node }) => node.serviceName)
  return [...byService.values(), ...step.steps.map(neighbours)].filter(({ length }) => length > 1).flat()
}

/** The fetches that start a step. */
function firstOf(step: Step): readonly Fetch[] {
  if (step.kind === 'fetch') return [step]
  return (step.kind === 'parallel' ? step.steps : step.steps.slice(0, 1)).flatMap(firstOf)
}
