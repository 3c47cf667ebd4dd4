/**
 * Turns a plan into steps, one closure for each node, before the first run. A node it does not know
 * is refused here, never skipped.
 */
import type { PlanNode, QueryPlan } from '@apollo/query-planner'
import { own } from '../../../platform/data/own.ts'
import { planLevels } from '../plan/levels.ts'
import { type DataPath, dataPath, type WrittenPlaces } from '../plan/paths.ts'
import { PlanShapeError } from '../plan/shape-error.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { compileFetch } from './compile-fetch.ts'
import { compileSubscription, type EventSource } from './compile-subscription.ts'
import { addPlace, noPlaces } from './places.ts'
import type { Step } from './run.ts'

interface CompiledPlan {
  /** Fetches what the operation asks for; for a subscription, what is to be added to an event. */
  readonly execute: Step
  /** Where a subscription's events come from. */
  readonly events: EventSource | undefined
}

const nothing: Step = async () => undefined

/** @throws PlanShapeError */
export function compilePlan({ node }: QueryPlan, types: TypeRelations): CompiledPlan {
  if (!node) return { execute: nothing, events: undefined }
  const rest = node.kind === 'Subscription' ? node.rest : node
  const places = noPlaces()
  if (rest) findPlaces(rest, [], places)
  return {
    execute: rest ? compileRoot(rest, places, types) : nothing,
    events: node.kind === 'Subscription' ? compileSubscription(node.primary, places, types) : undefined,
  }
}

function compileRoot(node: PlanNode, places: WrittenPlaces, types: TypeRelations): Step {
  const levels = planLevels(node)?.map((level) =>
    inParallel(level.map(({ node: fetch, paths }) => compileFetch(fetch, { paths, places, types }))),
  )
  return levels ? inSequence(levels) : compileNode(node, [], places, types)
}

const inSequence = (steps: readonly Step[]): Step => {
  const [only] = steps
  if (only && steps.length === 1) return only
  return async (run) => {
    for (const step of steps) await step(run)
  }
}

const inParallel = (steps: readonly Step[]): Step => {
  const [only] = steps
  if (only && steps.length === 1) return only
  return (run) => Promise.all(steps.map((step) => step(run)))
}

function compileNode(node: PlanNode, path: DataPath, places: WrittenPlaces, types: TypeRelations): Step {
  switch (node.kind) {
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compileNode(child, path, places, types)))
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compileNode(child, path, places, types)))
    case 'Flatten':
      return compileNode(node.node, [...path, ...dataPath(node.path)], places, types)
    case 'Fetch':
      return compileFetch(node, { paths: [path], places, types })
    case 'Condition': {
      // Conditions are folded before planning; a plan made elsewhere may still hold some.
      const whenTrue = node.ifClause ? compileNode(node.ifClause, path, places, types) : nothing
      const whenFalse = node.elseClause ? compileNode(node.elseClause, path, places, types) : nothing
      return (run) => (own(run.variables, node.condition) === true ? whenTrue : whenFalse)(run)
    }
    default:
      throw new PlanShapeError(`the node ${node.kind}`)
  }
}

function findPlaces(node: PlanNode, path: DataPath, places: WrittenPlaces): void {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      for (const child of node.nodes) findPlaces(child, path, places)
      break
    case 'Flatten': {
      const below = [...path, ...dataPath(node.path)]
      addPlace(places, below)
      findPlaces(node.node, below, places)
      break
    }
    case 'Condition':
      for (const child of [node.ifClause, node.elseClause]) if (child) findPlaces(child, path, places)
      break
    default:
  }
}
