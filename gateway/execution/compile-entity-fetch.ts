/**
 * Turns a fetch of entities into a step: finds the objects at its path, asks for each different entity once, and merges what comes back.
 * A failure costs the fields that needed what failed, and nothing else.
 */
import type { FetchNode } from '@apollo/query-planner'
import { callService } from './call-service.ts'
import type { FetchSurroundings } from './compile-fetch.ts'
import { compileContexts, lineagesAt } from './contexts.ts'
import { ENTITIES, type EntityRequest, entityRequests } from './entity-request.ts'
import { Failure, failureOf, serviceError } from './failure.ts'
import { type FetchedFields, loseFields } from './fetched-fields.ts'
import { mergeInto } from './merge.ts'
import { objectsAt, placesAt, type WrittenPlaces } from './paths.ts'
import { type Data, isData, type Run, type Step, variableTexts } from './run.ts'
import type { TypeRelations } from './type-relations.ts'

/** Texts (representations, contexts), each with the objects that share it. */
type Wanted = Map<string, Data[]>

/** @throws PlanShapeError for what the engine does not know */
export function compileEntityFetch(
  node: FetchNode,
  requires: NonNullable<FetchNode['requires']>,
  { path, places, types }: FetchSurroundings,
): Step {
  const below = placesAt(places, path)
  const requests = entityRequests(node, requires, types)
  const fetchFor = async (run: Run, targets: readonly Data[], context: string): Promise<void> => {
    await Promise.all(requests.map((request) => fetchAll(run, node, request, targets, context, below, types)))
  }
  if (!node.contextRewrites) return (run) => fetchFor(run, objectsAt(run.data, path), '')

  const contextOf = compileContexts(node.contextRewrites, types)
  return async (run) => {
    const byContext: Wanted = new Map()
    for (const lineage of lineagesAt(run.data, path)) {
      const context = contextOf(lineage)
      if (typeof context === 'string') want(byContext, context, lineage.object)
      else for (const { fields } of requests) loseFields(lineage.object, fields, context, below, types)
    }
    await Promise.all(Array.from(byContext, ([context, targets]) => fetchFor(run, targets, context)))
  }
}

async function fetchAll(
  run: Run,
  node: FetchNode,
  whole: EntityRequest,
  targets: readonly Data[],
  context: string,
  below: WrittenPlaces | undefined,
  types: TypeRelations,
): Promise<void> {
  const wanted: Wanted = new Map()
  let others: Map<EntityRequest, Wanted> | undefined
  for (const target of targets) {
    const text = whole.representation.write(target)
    if (typeof text === 'string') want(wanted, text, target)
    else {
      const smaller = requestWithout(whole, target, below, types)
      const representation = smaller?.representation.write(target)
      if (!smaller || typeof representation !== 'string') continue
      others ??= new Map()
      const more = others.get(smaller) ?? new Map()
      others.set(smaller, more)
      want(more, representation, target)
    }
  }
  if (!others) return fetchEntities(run, node, whole, wanted, context, below, types)
  const requests = [[whole, wanted] as const, ...others]
  await Promise.all(requests.map(([request, some]) => fetchEntities(run, node, request, some, context, below, types)))
}

function want(wanted: Wanted, representation: string, target: Data): void {
  const same = wanted.get(representation)
  if (same) same.push(target)
  else wanted.set(representation, [target])
}

/** What can still be asked of an object that lacks some input. What cannot is lost to the failure that took the input. */
function requestWithout(
  whole: EntityRequest,
  target: Data,
  places: WrittenPlaces | undefined,
  types: TypeRelations,
): EntityRequest | undefined {
  const missing = whole.representation.missing(target)
  for (const [name, failure] of missing) {
    if (failure) loseFields(target, whole.fieldsNeeding([name]) ?? whole.fields, failure, places, types)
  }
  if (missing.size === 0 || !whole.fieldsNeeding(missing.keys())) return undefined
  return whole.without([...missing.keys()])
}

async function fetchEntities(
  run: Run,
  node: FetchNode,
  { head, variables, fields, rewrites }: EntityRequest,
  wanted: Wanted,
  context: string,
  places: WrittenPlaces | undefined,
  types: TypeRelations,
): Promise<void> {
  if (wanted.size === 0) return
  const values = [variableTexts(variables, run.variables), context].filter((text) => text !== '').join()
  const data = await callService(run, node, {
    head: `${head}${values}${values === '' ? '' : ','}"representations":[`,
    representations: [...wanted.keys()],
    tail: ']}}',
    responseKey: ENTITIES,
  })
  const entities = data instanceof Failure ? data : entitiesOf(data, wanted.size, node.serviceName)
  let index = 0
  for (const targets of wanted.values()) {
    const entity = entities instanceof Failure ? entities : entities[index++]
    const known = !(entity instanceof Failure) && isData(entity) ? (rewrites?.apply(entity) ?? entity) : undefined
    for (const target of targets) {
      if (known) mergeInto(target, known, places, fields, types)
      else if (entity instanceof Failure) loseFields(target, fields, entity, places, types)
      else markAbsent(target, fields, types)
    }
  }
}

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
