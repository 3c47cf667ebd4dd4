/**
 * Makes a schema answer: each field's value follows from its object, its arguments and the seed, so
 * that the same question has the same answer, and the same object is met everywhere.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql'
import { hashOf } from '../data/random.ts'
import { delayOf, errorCodeOf, type Faults, mockError } from '../faults/faults.ts'
import { type Echo, echoOf, toldId, withoutId } from './echo.ts'
import { decodeNode, isMissing, lowerFirst, numberedId } from './identity.ts'
import { leafOf } from './leaf.ts'
import { type AnyField, type GivenValue, isGiven, keyOf, type MockObject } from './objects.ts'
import { refusalIn, successOf } from './outcome.ts'
import { cursorOf, nodeTypeOf, pageOf, placeOf, withoutPaging } from './pages.ts'
import type { World } from './world.ts'

export interface MockContext {
  readonly faults: Faults
  /** A number of the request: delays and rates of errors differ by it. */
  readonly request: number
}

type Args = Readonly<Record<string, unknown>>

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

/** What a root field's value hangs below. */
function rootOf(world: World, field: AnyField, args: Args, info: GraphQLResolveInfo, root: unknown): MockObject {
  const { name } = info.parentType
  const given = world.examples.get(name)
  const object = { __typename: name, key: name, given: given && { values: given } }
  if (info.operation.operation === 'query') return object
  const echo = echoOf(field.args, args)
  if (info.operation.operation === 'subscription')
    return { ...object, key: `${name}.${keyOf(field.name, withoutPaging(args))}#${(root as Event).number}`, echo }
  const key = echo.get('idempotencyKey')?.value
  const call = `${name}.${field.name}:${key ?? keyOf(field.name, args)}`
  const isReplay = world.isReplay(call)
  return { ...object, key: call, echo: new Map([...echo, ['replayed', { value: isReplay, type: 'Boolean' }]]) }
}

interface Event {
  readonly number: number
}

/** One event after another, from behind a cursor if one is given. */
async function* events(world: World, args: Args): AsyncGenerator<Event, void, void> {
  const after = args['after']
  for (let number = after == null ? 0 : placeOf(after, 'after') + 1; ; number += 1) {
    await sleep(world.tick)
    yield { number }
  }
}

/** The value of a field of an object: what is given first, what is generated otherwise. */
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
  return { __typename: concrete.name, key, given, echo: parent.echo, page }
}

function generate(world: World, parent: MockObject, field: AnyField, args: Args): unknown {
  const named = getNamedType(field.type)
  const list = isListType(getNullableType(field.type))
  if (isLeafType(named)) {
    if (!list) return cursorOfEvent(parent, field) ?? leafOf(world, parent, field, args)
    const size = 1 + (hashOf(`${parent.key}.${field.name}`) % 3)
    const values = Array.from({ length: size }, (_, at) => leafOf(world, parent, field, args, `[${at}]`))
    return [...new Set(values.filter((value) => value !== null))]
  }
  if (parent.page) {
    if (field.name === 'pageInfo') return { __typename: named.name, key: parent.key, page: parent.page }
    if (field.name === 'edges') return edgesOf(world, parent, field)
    if (field.name === 'nodes') return edgesOf(world, parent, field).map(({ edge }) => edge?.node)
  }
  if (parent.edge && field.name === 'node') return parent.edge.node
  return list ? listOf(world, parent, field, args) : childOf(world, parent, field, args)
}

/** An event's own cursor leads behind it. */
function cursorOfEvent(parent: MockObject, { name }: AnyField): string | undefined {
  const [, number] = (name === 'cursor' && /^Subscription\..*#(\d+)/.exec(parent.key)) || []
  return number === undefined ? undefined : cursorOf(Number(number))
}

/** An object by what its arguments say, by what the client told, or some object. */
function childOf(world: World, parent: MockObject, field: AnyField, args: Args): MockObject | null {
  const key = `${parent.key}.${keyOf(field.name, withoutPaging(args))}`
  const asked = byArguments(world, field, args)
  if (asked !== undefined) return asked
  const type = concreteOf(world, field.type, key)
  if (!type) return null
  if (nodeTypeOf(type)) return { __typename: type.name, key, page: pageOf(key, args), echo: parent.echo }
  if (world.idField(type.name) === undefined)
    return { __typename: type.name, key, echo: parent.echo, index: parent.index }
  return entityBelow(world, parent, field, type, key)
}

/** An object with an identity. What a mutation told is kept with the first one below it. */
function entityBelow(
  world: World,
  parent: MockObject,
  field: AnyField,
  type: GraphQLObjectType,
  key: string,
): MockObject {
  const { echo } = parent
  const names = [field.name, `${field.name}Id`, lowerFirst(type.name), `${lowerFirst(type.name)}Id`]
  const isOwn = echo !== undefined && parent.id === undefined && !/Subscription/.test(parent.key)
  const id = toldId(echo, isOwn ? [...names, 'id', world.idField(type.name) ?? 'id'] : names)
  if (!isOwn) return world.entity(type, id ?? world.someId(type, `${world.seed}:${key}`))
  const isNew = id === undefined
  // Beyond those that others refer to, so that what is new is no one's yet.
  const own = isNew ? numberedId(type.name, 1_000 + (hashOf(parent.key) % 1_000_000)) : id
  const isOther = !isNew && names.slice(0, 2).some((name) => echo.has(name)) && field.name !== lowerFirst(type.name)
  if (isOther) return world.entity(type, own)
  const object = world.entity(type, own, { echo: withoutId(echo) as Echo })
  world.remember(object)
  return object
}

/** The object that a field's arguments name; null where they name nothing. */
function byArguments(world: World, field: AnyField, args: Args): MockObject | null | undefined {
  const named = getNamedType(field.type)
  for (const { name, type } of field.args) {
    const value = args[name]
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const found = byArgument(world, named.name, name, String(value), getNamedType(type).name)
    if (found !== undefined) return found
  }
  return undefined
}

function byArgument(
  world: World,
  typeName: string,
  name: string,
  value: string,
  scalar: string,
): MockObject | null | undefined {
  const type = world.schema.getType(typeName)
  if (world.nodes.has(typeName) && scalar === 'ID') {
    const node = decodeNode(world.schema, value)
    return node ? world.entity(node.type, node.id) : null
  }
  if (!isObjectType(type)) return undefined
  const idField = world.idField(type.name)
  if (idField === undefined) return undefined
  if ([idField, 'id', `${lowerFirst(type.name)}Id`].includes(name))
    return isMissing(value) ? null : world.entity(type, value)
  const field = type.getFields()[name]
  if (!field || field.args.length > 0 || getNamedType(field.type).name !== scalar || !['ID', 'String'].includes(scalar))
    return undefined
  if (isMissing(value)) return null
  const known = findBy(world, type, field, value)
  if (known) return known
  const id = numberedId(type.name, hashOf(`${name}=${value}`))
  const echo: Echo = new Map([[name, { value, type: scalar }]])
  const object = world.entity(type, id, { echo })
  world.remember(object)
  return object
}

/** Of those that others refer to. */
function findBy(world: World, type: GraphQLObjectType, field: AnyField, value: string): MockObject | undefined {
  for (let number = 0; number < SEARCHED; number += 1) {
    const object = world.entity(type, numberedId(type.name, number))
    if (world.leaf(object, field) === value) return object
  }
  return undefined
}

function edgesOf(world: World, connection: MockObject, field: AnyField): MockObject[] {
  const { page, key } = connection
  const type = world.schema.getType(connection.__typename)
  const node = isObjectType(type) ? nodeTypeOf(type) : undefined
  if (!page || !node) return []
  const edge = getNamedType(field.type)
  return Array.from({ length: page.to - page.from }, (_, at) => {
    const place = page.from + at
    return {
      __typename: edge.name,
      key: `${key}#${place}`,
      edge: { cursor: cursorOf(place), node: itemOf(world, node, key, place) },
    }
  })
}

/** What is at a place of a list: another object at each. */
function itemOf(world: World, type: GraphQLOutputType, key: string, place: number, echo?: Echo): MockObject {
  const concrete = concreteOf(world, type, `${key}#${place}`)
  if (!concrete) throw mockError('INTERNAL')
  if (world.idField(concrete.name) === undefined)
    return { __typename: concrete.name, key: `${key}#${place}`, index: place, echo }
  return world.entity(concrete, numberedId(concrete.name, (hashOf(`${world.seed}:${key}`) % 40) + place))
}

const SEARCHED = 100
const SLICING = ['first', 'last', 'limit', 'take', 'pageSize', 'perPage']
const LONGEST = 1_000
const ASSUMED = 10

function listOf(world: World, parent: MockObject, field: AnyField, args: Args): readonly (MockObject | null)[] {
  const named = getNamedType(field.type) as GraphQLOutputType
  for (const { name, type } of field.args) {
    const ids = args[name]
    if (!Array.isArray(ids) || !/ids?$/i.test(name)) continue
    const single = {
      ...field,
      type: named,
      args: [{ ...(field.args[0] as AnyField['args'][number]), name: 'id', type }],
    }
    return ids.map((id) => byArguments(world, single, { id }) ?? null)
  }
  const key = `${parent.key}.${keyOf(field.name, withoutPaging(args))}`
  const { from, to } = spanOf(world, parent, field, args, key)
  return Array.from({ length: to - from }, (_, at) => itemOf(world, named, key, from + at, parent.echo))
}

/** As many as `@listSize` says, as the client asks for, or a few. */
function spanOf(
  world: World,
  parent: MockObject,
  field: AnyField,
  args: Args,
  key: string,
): { from: number; to: number } {
  const declared = world.sizes.get(`${parent.__typename}.${field.name}`)
  const asked = (declared?.slicing ?? []).map((name) => args[name]).find((size) => typeof size === 'number')
  if (typeof asked === 'number') return { from: 0, to: Math.min(Math.max(asked, 0), LONGEST) }
  if (field.args.some(({ name }) => SLICING.includes(name))) return pageOf(key, args)
  if (declared?.assumed !== undefined) return { from: 0, to: Math.min(declared.assumed, ASSUMED) }
  return { from: 0, to: 2 + (hashOf(key) % 4) }
}

/** The object type that stands for a type. @param wanted where it is known */
function concreteOf(
  world: World,
  type: GraphQLOutputType,
  key: string,
  wanted?: string,
): GraphQLObjectType | undefined {
  const named = getNamedType(type)
  if (isObjectType(named)) return named
  if (!isAbstractType(named)) return undefined
  const possible = world.schema.getPossibleTypes(named)
  return possible.find(({ name }) => name === wanted) ?? successOf(possible, hashOf(`${world.seed}:${key}`))
}
