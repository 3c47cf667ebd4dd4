/**
 * Turns a plan into steps, one closure for each node, before the first run. A node it does not know
 * is refused here, never skipped.
 */
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner'
import { parse } from 'graphql'
import { own } from '../../../platform/data/own.ts'
import { planLevels } from '../plan/levels.ts'
import { type DataPath, dataPath, type WrittenPlaces } from '../plan/paths.ts'
import { PlanShapeError } from '../plan/shape-error.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { compileFetch } from './compile-fetch.ts'
import { compileSubscription, type EventSource } from './compile-subscription.ts'
import { ENTITIES, fetchedFields, fieldBelow } from './fetched-fields.ts'
import { compileOutputRewrites } from './output-rewrites.ts'
import { addPlace, type Given, markShared, noPlaces } from './places.ts'
import type { Step } from './run.ts'

interface CompiledPlan {
  /** Fetches what the operation asks for; for a subscription, what is to be added to an event. */
  readonly execute: Step
  /** Where a subscription's events come from. */
  readonly events: EventSource | undefined
  /** Where it writes. */
  readonly places: WrittenPlaces
}

const nothing: Step = async () => undefined

/** @throws PlanShapeError */
export function compilePlan({ node }: QueryPlan, types: TypeRelations): CompiledPlan {
  if (!node) return { execute: nothing, events: undefined, places: noPlaces() }
  const rest = node.kind === 'Subscription' ? node.rest : node
  const places = noPlaces()
  const fetches: PlacedNode[] = node.kind === 'Subscription' ? [{ node: node.primary, path: [] }] : []
  if (rest) findPlaces(rest, [], places, fetches)
  // A context depends on what is above an object: there no object can stand for another.
  if (fetches.every((fetch) => !fetch.node.contextRewrites)) {
    markShared(
      places,
      fetches.map((fetch) => givenBy(fetch, types)),
    )
  }
  return {
    execute: rest ? compileRoot(rest, places, types) : nothing,
    events: node.kind === 'Subscription' ? compileSubscription(node.primary, places, types) : undefined,
    places,
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

/** @param fetches takes every fetch with its path */
function findPlaces(node: PlanNode, path: DataPath, places: WrittenPlaces, fetches: PlacedNode[]): void {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      for (const child of node.nodes) findPlaces(child, path, places, fetches)
      break
    case 'Flatten': {
      const below = [...path, ...dataPath(node.path)]
      addPlace(places, below)
      findPlaces(node.node, below, places, fetches)
      break
    }
    case 'Condition':
      for (const child of [node.ifClause, node.elseClause]) if (child) findPlaces(child, path, places, fetches)
      break
    case 'Fetch':
      fetches.push({ node, path })
      break
    default:
  }
}

interface PlacedNode {
  readonly node: FetchNode
  readonly path: DataPath
}

function givenBy({ node, path }: PlacedNode, types: TypeRelations): Given {
  const asked = fetchedFields(parse(node.operation, { noLocation: true }))
  const fields = node.requires ? fieldBelow(asked, ENTITIES) : asked
  return { path, fields: compileOutputRewrites(node.outputRewrites, types)?.applyToFields(fields) ?? fields }
}
