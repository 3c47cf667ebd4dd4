/** Creates the state that all requests to a mock share. */
import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql'
import { LRUCache } from 'lru-cache' // BlueOak-1.0.0, no dependencies; the LRU of the Node field
import type { Source } from '../schema/source.ts'
import type { Echo } from './echo.ts'
import { decodeNode, encodeNode, idFieldOf, nodeInterfaces, withArgumentKeys } from './identity.ts'
import { leafOf } from './leaf.ts'
import { type Given, keyOf } from './objects.ts'
import type { World, WorldOptions } from './world.ts'

/** Maximum number of remembered changes and of keys; the oldest are evicted. */
const REMEMBERED = 10_000

export function createWorld({ schema, keys, sizes }: Source, options: WorldOptions): World {
  const { seed, tick, examples, known } = options
  const allKeys = withArgumentKeys(schema, keys)
  const idFields = new Map<string, string | undefined>()
  const changed = new LRUCache<string, Echo>({ max: REMEMBERED })
  const sent = new LRUCache<string, true>({ max: REMEMBERED })
  const nodes = nodeInterfaces(schema)
  const speaking = new Set([...nodes].flatMap((name) => typesWithId(schema, name)))
  const world: World = {
    schema,
    seed,
    sizes,
    tick,
    examples,
    nodes,
    idField(name) {
      if (idFields.has(name)) return idFields.get(name)
      const type = schema.getType(name)
      const field = isObjectType(type) ? idFieldOf(type, allKeys) : undefined
      idFields.set(name, field)
      return field
    },
    publicId: (type, id) => (speaking.has(type) ? encodeNode(type, id) : id),
    privateId(type, id) {
      const node = speaking.has(type) ? decodeNode(schema, id) : undefined
      return node?.type.name === type ? node.id : id
    },
    entity(type, asked, more = {}) {
      const id = world.privateId(type.name, asked)
      const key = `${type.name}:${id}`
      const before = changed.get(key)
      const echo = more.echo ? new Map([...(before ?? []), ...more.echo]) : before
      return { __typename: type.name, key, id, given: merged(known.get(key), more.given), echo }
    },
    leaf: (object, field) => {
      const given = object.given?.values.get(keyOf(field.name, {}))
      return given === undefined ? leafOf(world, object, field, {}) : given
    },
    remember({ key, echo }) {
      if (echo && echo.size > 0) changed.set(key, echo)
    },
    isReplay(key) {
      if (sent.get(key)) return true
      sent.set(key, true)
      return false
    },
  }
  return world
}

/** Types whose `id` implements the interface's `id`, instead of a separate `nodeId`. */
function typesWithId(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name)
  return isInterfaceType(type) && type.getFields()['id'] ? schema.getPossibleTypes(type).map((each) => each.name) : []
}

/** @param second takes precedence */
const merged = (first: Given | undefined, second: Given | undefined): Given | undefined =>
  first && second ? { ...first, values: new Map([...first.values, ...second.values]) } : (second ?? first)
