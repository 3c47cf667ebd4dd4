/**
 * Turns a fetch of a plan into a step: its request text is built here, once, and each run only puts variables and representations in.
 * A call that fails costs the fields it asked for and nothing else.
 */
import type { FetchNode } from '@apollo/query-planner'
import { parse } from 'graphql'
import type { EntityBody, ServiceAnswer } from '../traffic/send.ts'
import { callError, Failure, failureOf, serviceError } from './failure.ts'
import { type FetchedFields, fetchedFields, fieldBelow, loseFields } from './fetched-fields.ts'
import { mergeInto } from './merge.ts'
import { compileOutputRewrites } from './output-rewrites.ts'
import { type DataPath, objectsAt, placesAt, type WrittenPlaces } from './paths.ts'
import { PlanShapeError } from './plan-shape-error.ts'
import { compileRepresentation } from './representations.ts'
import { type Data, isData, type Run, type Step, variableTexts } from './run.ts'
import { readAnswer } from './service-answer.ts'
import type { TypeRelations } from './type-relations.ts'

export interface FetchSurroundings {
  /** Where the objects are that the fetch adds to. */
  readonly path: DataPath
  /** What the whole plan writes to, from the root. */
  readonly places: WrittenPlaces
  readonly types: TypeRelations
}

/** @throws PlanShapeError for what the engine does not know */
export function compileFetch(node: FetchNode, surroundings: FetchSurroundings): Step {
  if (node.operationKind === 'subscription') throw new PlanShapeError('a subscription inside')
  if (node.contextRewrites) throw new PlanShapeError('a context')
  return node.requires ? entityStep(node, node.requires, surroundings) : rootStep(node, surroundings)
}

/** The text of a request up to the first of its variables. */
export function requestHead(node: FetchNode): string {
  const name = node.operationName === undefined ? '' : `,"operationName":${JSON.stringify(node.operationName)}`
  return `{"query":${JSON.stringify(node.operation)}${name},"variables":{`
}

function rootStep(node: FetchNode, { path, places, types }: FetchSurroundings): Step {
  const head = requestHead(node)
  const names = node.variableUsages ?? []
  const rewrites = compileOutputRewrites(node.outputRewrites, types)
  const asked = fetchedFields(parse(node.operation, { noLocation: true }))
  const fields = rewrites?.applyToFields(asked) ?? asked
  const below = placesAt(places, path)
  return async (run) => {
    const targets = objectsAt(run.data, path)
    if (targets.length === 0) return
    const data = await call(run, node, `${head}${variableTexts(names, run)}}}`)
    for (const target of targets) {
      if (data instanceof Failure) loseFields(target, fields, data, below, types)
      else mergeInto(target, rewrites?.apply(data) ?? data, below, fields, types)
    }
  }
}

function entityStep(
  node: FetchNode,
  requires: NonNullable<FetchNode['requires']>,
  { path, places, types }: FetchSurroundings,
): Step {
  const headStart = requestHead(node)
  const names = (node.variableUsages ?? []).filter((name) => name !== 'representations')
  const rewrites = compileOutputRewrites(node.outputRewrites, types)
  const asked = fieldBelow(fetchedFields(parse(node.operation, { noLocation: true })), ENTITIES)
  const fields = rewrites?.applyToFields(asked) ?? asked
  const represent = compileRepresentation(requires, node.inputRewrites, types)
  const below = placesAt(places, path)

  return async (run) => {
    const wanted = new Map<string, Data[]>()
    for (const target of objectsAt(run.data, path)) {
      const text = represent(target)
      if (text === undefined) continue
      if (text instanceof Failure) {
        loseFields(target, fields, text, below, types)
        continue
      }
      const same = wanted.get(text)
      if (same) same.push(target)
      else wanted.set(text, [target])
    }
    if (wanted.size === 0) return
    const variables = variableTexts(names, run)
    const data = await call(run, node, {
      head: `${headStart}${variables}${variables === '' ? '' : ','}"representations":[`,
      representations: [...wanted.keys()],
      tail: ']}}',
      responseKey: ENTITIES,
    })
    const entities = data instanceof Failure ? data : entitiesOf(data, wanted.size, node.serviceName)
    let index = 0
    for (const targets of wanted.values()) {
      const entity = entities instanceof Failure ? entities : entities[index++]
      for (const target of targets) {
        if (entity instanceof Failure) loseFields(target, fields, entity, below, types)
        else if (isData(entity)) mergeInto(target, rewrites?.apply(entity) ?? entity, below, fields, types)
        else markAbsent(target, fields, types)
      }
    }
  }
}

const ENTITIES = '_entities'

function entitiesOf(data: Readonly<Data>, count: number, service: string): readonly unknown[] | Failure {
  const entities = data[ENTITIES]
  if (entities instanceof Failure) return entities
  if (Array.isArray(entities) && entities.length === count) return entities
  return failureOf(serviceError(service, { message: `the answer does not have ${count} entities` }))
}

/** The service knows no such entity: what it was asked of it is null. */
function markAbsent(target: Data, fields: FetchedFields, types: TypeRelations): void {
  const typename = target['__typename']
  for (const { name, on } of fields) {
    if (name === '__typename' || target[name] !== undefined) continue
    if (typeof typename === 'string' && on.every((type) => types.belongsTo(typename, type))) target[name] = null
  }
}

async function call(run: Run, node: FetchNode, body: string | EntityBody): Promise<Readonly<Data> | Failure> {
  const operation = node.operationKind === 'mutation' ? 'mutation' : 'query'
  let answer: ServiceAnswer
  try {
    answer = await run.send({ service: node.serviceName, operation, body, context: run.context })
  } catch (error) {
    return failureOf(callError(node.serviceName, error))
  }
  const { data, unplaced } = readAnswer(node.serviceName, answer)
  run.errors.push(...unplaced)
  return data
}
