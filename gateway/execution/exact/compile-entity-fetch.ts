/**
 * Turns a fetch of entities into a step: finds the objects at its path, asks for each different
 * entity once, and merges what comes back. A failure costs the fields that needed what failed, and
 * nothing else.
 */
import type { FetchNode } from '@apollo/query-planner'
import { own } from '../../../platform/data/own.ts'
import type { RequestBody } from '../../traffic/call/send.ts'
import { ABSENT, Failure, failureAt, failureOf, serviceError } from '../answer/failure.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { callService } from './call-service.ts'
import { compileContexts, lineagesAt } from './contexts.ts'
import { type EntityRequest, entityRequests } from './entity-request.ts'
import { ENTITIES, type FetchedFields, loseFields } from './fetched-fields.ts'
import { mergeInto } from './merge.ts'
import { type FetchSurroundings, objectsAt, placesAt } from './places.ts'
import { type Data, isData, type Run, type Step, variableTexts } from './run.ts'
import { groupByRepresentation, type Place, type Sharing, type Wanted, want } from './sharing.ts'

interface Fetching {
  readonly node: FetchNode
  readonly requests: readonly EntityRequest[]
  readonly types: TypeRelations
}

/** @throws PlanShapeError for what the engine does not know */
export function compileEntityFetch(
  node: FetchNode,
  requires: NonNullable<FetchNode['requires']>,
  { paths, places, types }: FetchSurroundings,
): Step {
  const all = paths.map((path): Place => ({ path, below: placesAt(places, path) }))
  const fetching: Fetching = { node, requests: entityRequests(node, requires, types), types }
  if (!node.contextRewrites) {
    return (run) => {
      const objects = all.map((place) => ({ place, targets: objectsAt(run, place.below) }))
      return fetchWanted(fetching, run, objects, '')
    }
  }

  const contextOf = compileContexts(node.contextRewrites, types)
  return async (run) => {
    const byContext: Wanted = new Map()
    for (const place of all) {
      for (const lineage of lineagesAt(run.data, place.path)) {
        const context = contextOf(lineage)
        if (typeof context === 'string') want(byContext, context, lineage.object, place)
        else for (const { fields } of fetching.requests) loseFields(lineage.object, fields, context, place.below, types)
      }
    }
    await Promise.all(Array.from(byContext, ([context, sharing]) => fetchWanted(fetching, run, sharing, context)))
  }
}

function fetchWanted(fetching: Fetching, run: Run, sharing: Sharing, context: string): Promise<unknown> {
  const calls: Promise<void>[] = []
  for (const request of fetching.requests) {
    for (const [asked, wanted] of requestsFor(request, sharing, fetching.types)) {
      calls.push(fetchEntities(fetching, run, asked, wanted, context))
    }
  }
  const [only] = calls
  return only && calls.length === 1 ? only : Promise.all(calls)
}

/**
 * What to ask for which objects: all of the request, or a smaller one for objects that lack some
 * input.
 */
function requestsFor(whole: EntityRequest, objects: Sharing, types: TypeRelations): ReadonlyMap<EntityRequest, Wanted> {
  const requests = new Map<EntityRequest, Wanted>()
  const wanted = groupByRepresentation(whole.representation, objects, (target, place) => {
    const smaller = requestWithout(whole, target, place, types)
    const text = smaller?.representation.write(target)
    if (!smaller || typeof text !== 'string') return
    const others = requests.get(smaller) ?? new Map()
    requests.set(smaller, others)
    want(others, text, target, place)
  })
  if (wanted.size > 0) requests.set(whole, wanted)
  return requests
}

/**
 * What can still be asked of an object that lacks some input. What cannot is lost to the failure
 * that took the input.
 */
function requestWithout(
  whole: EntityRequest,
  target: Data,
  { below }: Place,
  types: TypeRelations,
): EntityRequest | undefined {
  const missing = whole.representation.missing(target)
  for (const [name, failure] of missing) {
    if (failure) loseFields(target, whole.fieldsNeeding([name]) ?? whole.fields, failure, below, types)
  }
  if (missing.size === 0 || !whole.fieldsNeeding(missing.keys())) return undefined
  return whole.without([...missing.keys()])
}

function fetchEntities(
  { node, types }: Fetching,
  run: Run,
  { head, variables, fields, rewrites }: EntityRequest,
  wanted: Wanted,
  context: string,
): Promise<void> {
  const values = [variableTexts(variables, run.variables), context].filter((text) => text !== '').join()
  const body = entityBody(`${head}${values}${values === '' ? '' : ','}"representations":[`, [...wanted.keys()])
  return callService(run, node, body, (data) => {
    const entities = entitiesOf(data, wanted.size, node.serviceName)
    let next = 0
    const isIndex = (segment: unknown): boolean => typeof segment === 'number' && segment < wanted.size
    for (const sharing of wanted.values()) {
      const index = next++
      const entity = entities instanceof Failure ? failureAt(entities, index, isIndex) : entities[index]
      const known = !(entity instanceof Failure) && isData(entity) ? (rewrites?.apply(entity) ?? entity) : undefined
      for (const { place, targets } of sharing) {
        for (const target of targets) {
          if (known) mergeInto(target, known, place.below, fields, types, run.placed)
          else if (entity instanceof Failure) loseFields(target, fields, entity, place.below, types)
          else markAbsent(target, fields, types)
        }
      }
    }
  })
}

/** @param head JSON text up to and with the `[` of the list of representations */
function entityBody(head: string, representations: readonly string[]): RequestBody {
  const bytes = Buffer.from(`${head}${representations.join(',')}]}}`)
  const places: number[] = []
  let at = Buffer.byteLength(head)
  for (const representation of representations) {
    const end = at + Buffer.byteLength(representation)
    places.push(at, end)
    at = end + 1
  }
  return { bytes, representations: places }
}

function entitiesOf(data: Readonly<Data> | Failure, count: number, service: string): readonly unknown[] | Failure {
  if (data instanceof Failure) return failureAt(data, ENTITIES, (segment) => segment === ENTITIES)
  const entities = data[ENTITIES]
  if (entities instanceof Failure) return entities
  if (Array.isArray(entities) && entities.length === count) return entities
  return failureOf(serviceError(service, { message: `the answer does not have ${count} entities` }))
}

/** The service knows no such entity. */
function markAbsent(target: Data, fields: FetchedFields, types: TypeRelations): void {
  const typename = target['__typename']
  for (const { name, on } of fields) {
    if (name === '__typename' || own(target, name) !== undefined) continue
    if (typeof typename === 'string' && on.every((type) => types.belongsTo(typename, type))) target[name] = ABSENT
  }
}
