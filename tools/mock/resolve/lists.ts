/** The items of lists and connections: a different object at each index. */
import { type GraphQLOutputType, getNamedType, isInputObjectType, isObjectType } from 'graphql'
import { hashOf } from '../data/random.ts'
import { mockError } from '../faults/faults.ts'
import type { Args } from './args.ts'
import { type Echo, echoOf } from './echo.ts'
import { byArguments } from './entities.ts'
import { freshId, pooledId } from './identity.ts'
import { type AnyField, keyOf, type MockObject } from './objects.ts'
import { concreteOf } from './outcome.ts'
import { cursorOf, nodeTypeOf, type Page, pageOf, withoutPaging } from './pages.ts'
import type { World } from './world.ts'

export function edgesOf(world: World, connection: MockObject, field: AnyField): MockObject[] {
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

/** Properties that items inherit from the object that has the list. */
type Below = Pick<MockObject, 'event' | 'echo'>

/** The item at an index of a list; each is a different object. */
function itemOf(world: World, type: GraphQLOutputType, key: string, place: number, below: Below = {}): MockObject {
  const concrete = concreteOf(world, type, `${key}#${place}`)
  if (!concrete) throw mockError('INTERNAL')
  if (world.idField(concrete.name) === undefined)
    return { __typename: concrete.name, key: `${key}#${place}`, index: place, event: below.event, echo: below.echo }
  return world.entity(concrete, pooledId(concrete.name, `${world.seed}:${key}`, place))
}

const SLICING = ['first', 'last', 'limit', 'take', 'pageSize', 'perPage']
const LONGEST = 1_000
const ASSUMED = 10

export function listOf(world: World, parent: MockObject, field: AnyField, args: Args): readonly (MockObject | null)[] {
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
  const inputs = inputsOf(field, args)
  if (parent.__typename === world.schema.getMutationType()?.name && inputs)
    return inputs.map((echo, at) => added(world, itemOf(world, named, key, at, { echo }), `${parent.key}#${at}`, echo))
  const { from, to } = spanOf(world, parent, field, args, key)
  return Array.from({ length: to - from }, (_, at) => itemOf(world, named, key, from + at, parent))
}

/** The values of each input in a list. */
function inputsOf(field: AnyField, args: Args): readonly Echo[] | undefined {
  for (const { name, type } of field.args) {
    const values = args[name]
    const input = getNamedType(type)
    if (Array.isArray(values) && isInputObjectType(input))
      return values.map((value) => echoOf(Object.values(input.getFields()), value as Args))
  }
  return undefined
}

/** One of several objects that a mutation adds. */
function added(world: World, item: MockObject, seed: string, echo: Echo): MockObject {
  const type = world.schema.getType(item.__typename)
  if (!isObjectType(type) || item.id === undefined) return item
  const entity = world.entity(type, freshId(type.name, seed), { echo })
  world.remember(entity)
  return entity
}

/** The items of a part of a list. */
export const itemsOf = (world: World, { key }: MockObject, type: GraphQLOutputType, { from, to }: Page): MockObject[] =>
  Array.from({ length: to - from }, (_, at) => itemOf(world, type, key, from + at))

/** The number of items by `@listSize`, by the client's arguments, or a few. */
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
