/** Finds objects with an identity: by arguments, by given values, or any. */
import { type GraphQLObjectType, getNamedType, isObjectType } from 'graphql'
import { hashOf } from '../data/random.ts'
import type { Args } from './args.ts'
import { type Echo, toldId, withoutId } from './echo.ts'
import { decodeNode, freshId, isMissing, lowerFirst, numberedId, pooledId } from './identity.ts'
import type { AnyField, MockObject } from './objects.ts'
import type { World } from './world.ts'

const SEARCHED = 100

/**
 * An object with an identity. The values given to a mutation are kept with the first one below it.
 */
export function entityBelow(
  world: World,
  parent: MockObject,
  field: AnyField,
  type: GraphQLObjectType,
  key: string,
): MockObject {
  const { echo } = parent
  const names = [field.name, `${field.name}Id`, lowerFirst(type.name), `${lowerFirst(type.name)}Id`]
  const isOwn = echo !== undefined && parent.id === undefined && parent.event === undefined
  const id = toldId(echo, isOwn ? [...names, 'id', world.idField(type.name) ?? 'id'] : names)
  if (!isOwn) return world.entity(type, id ?? pooledId(type.name, `${world.seed}:${key}`))
  const isNew = id === undefined
  const own = isNew ? freshId(type.name, parent.key) : id
  const isOther = !isNew && names.slice(0, 2).some((name) => echo.has(name)) && field.name !== lowerFirst(type.name)
  if (isOther) return world.entity(type, own)
  const object = world.entity(type, own, { echo: withoutId(echo) as Echo })
  world.remember(object)
  return object
}

/** The object that a field's arguments name; null if they name none. */
export function byArguments(world: World, field: AnyField, args: Args): MockObject | null | undefined {
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

/** Finds one of the objects that others refer to. */
function findBy(world: World, type: GraphQLObjectType, field: AnyField, value: string): MockObject | undefined {
  for (let number = 0; number < SEARCHED; number += 1) {
    const object = world.entity(type, numberedId(type.name, number))
    if (world.leaf(object, field) === value) return object
  }
  return undefined
}

/** The object with the values that a mutation sets. */
export function changed(world: World, object: MockObject, { echo }: MockObject): MockObject {
  const type = world.schema.getType(object.__typename)
  if (!echo || !isObjectType(type) || object.id === undefined) return object
  const told = new Map([...echo].filter(([name]) => name !== world.idField(type.name)))
  const entity = world.entity(type, object.id, { echo: withoutId(told) as Echo })
  world.remember(entity)
  return entity
}
