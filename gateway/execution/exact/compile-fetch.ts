/**
 * Turns a fetch of a plan into a step: its request text is built here, once, and each run only puts
 * variables in. A call that fails costs the fields it asked for and nothing else.
 */
import type { FetchNode } from '@apollo/query-planner'
import { parse } from 'graphql'
import { Failure } from '../answer/failure.ts'
import { PlanShapeError } from '../plan/shape-error.ts'
import { callService, requestHead, wholeBody } from './call-service.ts'
import { compileEntityFetch } from './compile-entity-fetch.ts'
import { fetchedFields, loseFields } from './fetched-fields.ts'
import { mergeInto } from './merge.ts'
import { compileOutputRewrites } from './output-rewrites.ts'
import { type FetchSurroundings, objectsAt, placesAt } from './places.ts'
import { type Step, variableTexts } from './run.ts'

/** @throws PlanShapeError for what the engine does not know */
export function compileFetch(node: FetchNode, surroundings: FetchSurroundings): Step {
  if (node.operationKind === 'subscription') throw new PlanShapeError('a subscription inside')
  return node.requires ? compileEntityFetch(node, node.requires, surroundings) : compileRootFetch(node, surroundings)
}

const DONE = Promise.resolve()

/** A fetch from a root type, usually for the root of the data. */
function compileRootFetch(node: FetchNode, { paths, places, types }: FetchSurroundings): Step {
  const [path = [], ...others] = paths
  if (others.length > 0) throw new PlanShapeError('a root field in several places')
  if (node.contextRewrites) throw new PlanShapeError('a context of a root field')
  const head = requestHead(node.operation, node.operationName)
  const names = node.variableUsages ?? []
  const rewrites = compileOutputRewrites(node.outputRewrites, types)
  const asked = fetchedFields(parse(node.operation, { noLocation: true }))
  const fields = rewrites?.applyToFields(asked) ?? asked
  const below = placesAt(places, path)
  return (run) => {
    const targets = path.length === 0 ? [run.data] : [...objectsAt(run, below)]
    if (targets.length === 0) return DONE
    const body = wholeBody(`${head}${variableTexts(names, run.variables)}}}`)
    return callService(run, node, body, (data) => {
      for (const target of targets) {
        if (data instanceof Failure) loseFields(target, fields, data, below, types)
        else mergeInto(target, rewrites?.apply(data) ?? data, below, fields, types, run.placed)
      }
    })
  }
}
