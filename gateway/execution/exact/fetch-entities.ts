/**
 * Carries out a fetch of entities: finds the objects at its paths, requests each distinct entity
 * once, and merges the answers. A failure costs only the fields that depend on it.
 */
import type { ServiceAnswer } from '../../traffic/call/send.ts'
import { Failure, failureAt, failureOf, failureOfEntity, serviceError } from '../answer/failure.ts'
import { entityBody } from '../calls/request-body.ts'
import { ENTITIES } from '../plan/fetch-operation.ts'
import { questionOf } from '../plan/question.ts'
import type { Fetch } from '../plan/step.ts'
import { call, dataOf } from './call.ts'
import { contextOf } from './contexts.ts'
import { type Data, isData } from './data.ts'
import { type EntityRequest, entityRequests } from './entity-request.ts'
import { loseFields, markAbsent } from './lost-fields.ts'
import { mergeInto } from './merge.ts'
import { placesAt } from './places.ts'
import { type Run, turnFor } from './run.ts'
import type { ReadAnswer } from './service-answer.ts'

/** An entity, and the objects that represent it. */
interface Wanted {
  readonly representation: Readonly<Data>
  readonly objects: Data[]
}

/** What one call can request. */
interface Question {
  readonly request: EntityRequest
  readonly context: Readonly<Data>
  /** Keyed by their representations as text. */
  readonly entities: Map<string, Wanted>
}

/** A call that was made for `count` entities, with those of them that are wanted. */
interface Call {
  readonly answer: Promise<ServiceAnswer>
  readonly count: number
  readonly wanted: { readonly index: number; readonly request: EntityRequest; readonly objects: readonly Data[] }[]
}

export async function fetchEntities(fetch: Fetch, run: Run): Promise<void> {
  await turnFor(run)
  const questions = questionsOf(fetch, run)
  await turnFor(run)
  const calls = callsFor(fetch, questions, run)
  await Promise.all(calls.map(async (each) => take(await dataOf(fetch, each.answer, run), each, fetch, run)))
}

function questionsOf({ node, paths }: Fetch, run: Run): readonly Question[] {
  const questions = new Map<EntityRequest, Map<string, Question>>()
  const requests = entityRequests(node, run.types)
  const want = (object: Data, whole: EntityRequest, context: Data): void => {
    const { request, representation } = whole.for(object) ?? {}
    if (!request || !representation) return
    const byContext = getOrAdd(questions, request, () => new Map<string, Question>())
    const question = getOrAdd(byContext, JSON.stringify(context), () => ({ request, context, entities: new Map() }))
    getOrAdd(question.entities, JSON.stringify(representation), () => ({ representation, objects: [] })).objects.push(
      object,
    )
  }
  for (const place of paths.flatMap((path) => placesAt(run.data, path))) {
    const context = contextOf(node.contextRewrites ?? [], place, run.types)
    for (const request of requests) {
      if (context instanceof Failure) loseFields(place.object, request.selection, context, run.types)
      else want(place.object, request, context)
    }
  }
  return Array.from(questions.values(), (byContext) => [...byContext.values()]).flat()
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** Makes the calls for entities that were not requested before. */
function callsFor(fetch: Fetch, questions: readonly Question[], run: Run): readonly Call[] {
  const before = new Map<object, Call>()
  const calls = questions.flatMap(({ request, context, entities }) => {
    const texts: string[] = []
    const wanted: Call['wanted'] = []
    for (const [text, { representation, objects }] of entities) {
      const found = run.before.entity(fetch, context, representation)
      if (found) {
        const { index, asked } = found
        getOrAdd(before, asked, () => ({ ...asked, wanted: [] })).wanted.push({ index, request, objects })
      } else wanted.push({ index: texts.push(text) - 1, request, objects })
    }
    if (texts.length === 0) return []
    const question = fetch.question && questionOf(request.node)
    const answer = call(fetch, entityBody(request.node, run.variables, context, texts, question), run)
    return { answer, count: texts.length, wanted }
  })
  return [...before.values(), ...calls]
}

function take(data: ReadAnswer['data'], { count, wanted }: Call, { node }: Fetch, run: Run): void {
  const entities = entitiesOf(data, count, node.serviceName)
  for (const { index, request, objects } of wanted) {
    const entity = entities instanceof Failure ? failureOfEntity(entities, index, count) : entities[index]
    for (const object of objects) {
      if (entity instanceof Failure) loseFields(object, request.selection, entity, run.types)
      else if (isData(entity)) mergeInto(object, entity, request.selection, run)
      else markAbsent(object, request.selection, run.types)
    }
  }
}

function entitiesOf(data: ReadAnswer['data'], count: number, service: string): readonly unknown[] | Failure {
  if (data instanceof Failure) return failureAt(data, ENTITIES, (segment) => segment === ENTITIES)
  const entities = data[ENTITIES]
  if (entities instanceof Failure) return entities
  if (Array.isArray(entities) && entities.length === count) return entities
  return failureOf(serviceError(service, { message: `the answer does not have ${count} entities` }))
}
