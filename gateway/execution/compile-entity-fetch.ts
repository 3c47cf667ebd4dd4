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
import { type DataPath, objectsAt, placesAt, type WrittenPlaces } from './paths.ts'
import { type Data, isData, type Run, type Step, variableTexts } from './run.ts'
import type { TypeRelations } from './type-relations.ts'

/** Objects at one of the fetch's paths, with what later steps write to below them. */
interface Place {
  readonly path: DataPath
  readonly below: WrittenPlaces | undefined
}

/** Those that share one representation or one context. */
interface Sharing {
  readonly targets: Data[]
  readonly places: Place[]
}

/** By the text of what they share. */
type Wanted = Map<string, Sharing>

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
  const fetching: Fetching = { node, requests: entityRequests(node, requires, types), types }
  const all = paths.map((path): Place => ({ path, below: placesAt(places, path) }))
  if (!node.contextRewrites) return (run) => fetchWanted(fetching, run, sharingAt(run.data, all), '')

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

function sharingAt(data: Data, all: readonly Place[]): Sharing {
  const sharing: Sharing = { targets: [], places: [] }
  for (const place of all) {
    for (const target of objectsAt(data, place.path)) {
      sharing.targets.push(target)
      sharing.places.push(place)
    }
  }
  return sharing
}

function want(wanted: Wanted, text: string, target: Data, place: Place): void {
  const sharing = wanted.get(text)
  if (sharing) {
    sharing.targets.push(target)
    sharing.places.push(place)
  } else wanted.set(text, { targets: [target], places: [place] })
}

async function fetchWanted(fetching: Fetching, run: Run, sharing: Sharing, context: string): Promise<void> {
  const calls: Promise<void>[] = []
  for (const request of fetching.requests) {
    for (const [asked, wanted] of requestsFor(request, sharing, fetching.types)) {
      calls.push(fetchEntities(fetching, run, asked, wanted, context))
    }
  }
  await (calls.length === 1 ? calls[0] : Promise.all(calls))
}

/** What to ask for each object: all of the request, or a smaller one for an object that lacks some input. */
function requestsFor(
  whole: EntityRequest,
  { targets, places }: Sharing,
  types: TypeRelations,
): ReadonlyMap<EntityRequest, Wanted> {
  const requests = new Map<EntityRequest, Wanted>()
  const addTo = (request: EntityRequest, text: string, target: Data, place: Place): void => {
    const wanted = requests.get(request) ?? new Map()
    requests.set(request, wanted)
    want(wanted, text, target, place)
  }
  for (const [index, target] of targets.entries()) {
    const place = places[index] as Place
    const text = whole.representation.write(target)
    if (typeof text === 'string') addTo(whole, text, target, place)
    else {
      const smaller = requestWithout(whole, target, place, types)
      const representation = smaller?.representation.write(target)
      if (smaller && typeof representation === 'string') addTo(smaller, representation, target, place)
    }
  }
  return requests
}

/** What can still be asked of an object that lacks some input. What cannot is lost to the failure that took the input. */
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

async function fetchEntities(
  { node, types }: Fetching,
  run: Run,
  { head, variables, fields, rewrites }: EntityRequest,
  wanted: Wanted,
  context: string,
): Promise<void> {
  const values = [variableTexts(variables, run.variables), context].filter((text) => text !== '').join()
  const data = await callService(run, node, {
    head: `${head}${values}${values === '' ? '' : ','}"representations":[`,
    representations: [...wanted.keys()],
    tail: ']}}',
    responseKey: ENTITIES,
  })
  const entities = data instanceof Failure ? data : entitiesOf(data, wanted.size, node.serviceName)
  let next = 0
  for (const { targets, places } of wanted.values()) {
    const entity = entities instanceof Failure ? entities : entities[next++]
    const known = !(entity instanceof Failure) && isData(entity) ? (rewrites?.apply(entity) ?? entity) : undefined
    for (const [index, target] of targets.entries()) {
      const below = places[index]?.below
      if (known) mergeInto(target, known, below, fields, types)
      else if (entity instanceof Failure) loseFields(target, fields, entity, below, types)
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
