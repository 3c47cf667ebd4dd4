/**
 * Resolves all fields of a schema. Each value is determined by its object, its arguments and the
 * seed, so that answers are repeatable and objects are the same everywhere.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { hashOf } from '../data/random.ts'
import { delayOf, errorCodeOf, type Faults, mockError } from '../faults/faults.ts'
import type { Args } from './args.ts'
import { echoOf } from './echo.ts'
import { byArguments, changed, entityBelow } from './entities.ts'
import { leafOf } from './leaf.ts'
import { edgesOf, itemsOf, listOf } from './lists.ts'
import { type AnyField, type GivenValue, isGiven, keyOf, type MockObject } from './objects.ts'
import { concreteOf, refusalIn } from './outcome.ts'
import { cursorOf, isPart, nodeTypeOf, pageOf, placeOf, withoutPaging } from './pages.ts'
import type { World } from './world.ts'

export interface MockContext {
  readonly faults: Faults
  /** The number of the request, which varies delays and error rates. */
  readonly request: number
}

/** Fields of a payload that report failures. */
const TROUBLE = /^(errors?|userErrors?|problems?|failures?|violations|warnings)$/i

/** Gives every field of the schema its resolver. */
export function addResolvers(world: World): void {
  const { schema } = world
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (isAbstractType(type)) type.resolveType = (value) => (value as MockObject).__typename
    if (!isObjectType(type)) continue
    const isRoot = roots.includes(type)
    for (const field of Object.values(type.getFields())) {
      field.resolve = (parent, args, context: MockContext, info) =>
        resolveField(world, isRoot ? undefined : (parent as MockObject), field, args, context, info, parent)
      if (type === schema.getSubscriptionType()) field.subscribe = (_, args) => events(world, args)
    }
  }
}

async function resolveField(
  world: World,
  parent: MockObject | undefined,
  field: AnyField,
  args: Args,
  { faults, request }: MockContext,
  info: GraphQLResolveInfo,
  root: unknown,
): Promise<unknown> {
  const delay = delayOf(faults, info, request)
  if (delay > 0) await sleep(delay)
  const code = errorCodeOf(faults, info, request)
  if (code !== undefined) {
    const refused = refusalIn(world, field, code, info)
    if (refused) return refused
    throw mockError(code)
  }
  return answerOf(world, parent ?? rootOf(world, field, args, info, root), field, args)
}

/** The parent of a root field's value. */
function rootOf(world: World, field: AnyField, args: Args, info: GraphQLResolveInfo, root: unknown): MockObject {
  const { name } = info.parentType
  const given = world.examples.get(name)
  const object = { __typename: name, key: name, given: given && { values: given } }
  if (info.operation.operation === 'query') return object
  const echo = echoOf(field.args, args)
  if (info.operation.operation === 'subscription') {
    const { number } = root as Event
    return { ...object, key: `${name}.${keyOf(field.name, withoutPaging(args))}#${number}`, event: number, echo }
  }
  const key = echo.get('idempotencyKey')?.value
  const call = `${name}.${field.name}:${key ?? keyOf(field.name, args)}`
  const isReplay = world.isReplay(call)
  return { ...object, key: call, echo: new Map([...echo, ['replayed', { value: isReplay, type: 'Boolean' }]]) }
}

interface Event {
  readonly number: number
}

/** Yields one event after another, after a cursor if one is given. */
async function* events(world: World, args: Args): AsyncGenerator<Event, void, void> {
  const after = args['after']
  for (let number = after == null ? 0 : placeOf(after, 'after') + 1; ; number += 1) {
    await sleep(world.tick)
    yield { number }
  }
}

/** The value of a field: the given one, else a generated one. */
function answerOf(world: World, parent: MockObject, field: AnyField, args: Args): unknown {
  const key = keyOf(field.name, args)
  const given = parent.given?.values.get(key)
  if (given !== undefined) return fromGiven(world, parent, field.type, `${parent.key}.${key}`, given)
  return generate(world, parent, field, args)
}

function fromGiven(world: World, parent: MockObject, type: GraphQLOutputType, key: string, given: GivenValue): unknown {
  if (given === null || isLeafType(getNamedType(type))) return given
  if (Array.isArray(given)) return given.map((each, at) => fromGiven(world, parent, type, `${key}[${at}]`, each))
  if (!isGiven(given)) return null
  const concrete = concreteOf(world, type, key, given.typename)
  if (!concrete) return null
  const idField = world.idField(concrete.name)
  const id = idField === undefined ? undefined : given.values.get(idField)
  if (typeof id === 'string' || typeof id === 'number') return world.entity(concrete, String(id), { given })
  const edges = nodeTypeOf(concrete) && given.values.get('edges')
  const page = Array.isArray(edges) ? { total: edges.length, from: 0, to: edges.length } : undefined
  return { __typename: concrete.name, key, given, event: parent.event, echo: parent.echo, page }
}

function generate(world: World, parent: MockObject, field: AnyField, args: Args): unknown {
  const named = getNamedType(field.type)
  const list = isListType(getNullableType(field.type))
  const inner = list ? itemType(field.type) : undefined
  if (inner && isListType(getNullableType(inner)))
    return Array.from({ length: 2 }, (_, at) =>
      generate(world, { ...parent, key: `${parent.key}[${at}]`, page: undefined }, { ...field, type: inner }, args),
    )
  if (isLeafType(named)) {
    if (!list) return cursorOfEvent(parent, field) ?? leafOf(world, parent, field, args)
    const size = 1 + (hashOf(`${parent.key}.${field.name}`) % 3)
    const values = Array.from({ length: size }, (_, at) => leafOf(world, parent, field, args, `[${at}]`))
    return [...new Set(values.filter((value) => value !== null))]
  }
  if (parent.page) {
    if (field.name === 'pageInfo') return { __typename: named.name, key: parent.key, page: parent.page }
    if (field.name === 'edges') return edgesOf(world, parent, field)
    if (field.name === 'nodes' && isConnection(world, parent))
      return edgesOf(world, parent, field).map(({ edge }) => edge?.node)
    if (list && TROUBLE.test(field.name)) return []
    if (list) return itemsOf(world, parent, named as GraphQLOutputType, parent.page)
  }
  if (parent.edge && field.name === 'node') return parent.edge.node
  if (TROUBLE.test(field.name) && (list || !isNonNullType(field.type))) return list ? [] : null
  return list ? listOf(world, parent, field, args) : childOf(world, parent, field, args)
}

const itemType = (type: GraphQLOutputType): GraphQLOutputType | undefined => {
  const list = getNullableType(type)
  return isListType(list) ? list.ofType : undefined
}

/** The cursor of an event, which resumes after it. */
const cursorOfEvent = ({ event }: MockObject, { name }: AnyField): string | undefined =>
  name === 'cursor' && event !== undefined ? cursorOf(event) : undefined

/** An object by its arguments or given values, else any. */
function childOf(world: World, parent: MockObject, field: AnyField, args: Args): MockObject | null {
  const key = `${parent.key}.${keyOf(field.name, withoutPaging(args))}`
  const found = byArguments(world, field, args)
  if (found !== undefined) return found && isMutation(world, parent) ? changed(world, found, parent) : found
  const type = concreteOf(world, field.type, key)
  if (!type) return null
  const isPaged = nodeTypeOf(type) !== undefined || isPart(type, Object.keys(args))
  if (isPaged || world.idField(type.name) === undefined)
    return {
      __typename: type.name,
      key,
      event: parent.event,
      echo: parent.echo,
      index: parent.index,
      asked: echoOf(field.args, args),
      page: isPaged ? pageOf(key, args) : undefined,
    }
  return entityBelow(world, parent, field, type, key)
}

const isMutation = ({ schema }: World, { __typename }: MockObject): boolean =>
  __typename === schema.getMutationType()?.name

function isConnection({ schema }: World, { __typename }: MockObject): boolean {
  const type = schema.getType(__typename)
  return isObjectType(type) && nodeTypeOf(type) !== undefined
}
