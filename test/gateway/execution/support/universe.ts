/**
 * A small world with its services: the same objects answer through the services and through one
 * plain schema.
 */
import { type GraphQLFieldResolver, responsePathAsArray } from 'graphql'
import { codedError } from '../../../../platform/protocol/errors.ts'
import type { TestService } from './federation.ts'

type Arguments = Readonly<Record<string, unknown>>
/** A field's value, or a function of its arguments. */
export type Thing = { readonly __typename?: string; readonly [field: string]: unknown }

export interface World {
  readonly Query: Thing
  readonly Mutation?: Thing
  readonly Subscription?: Thing
  /** Every entity; references resolve against them. */
  readonly entities: readonly Thing[]
  /**
   * True for fields and references that a service fails to resolve, by path. Without it none fails.
   */
  fails?(service: string, path: string): boolean
}

export interface Universe {
  readonly name: string
  /** Schemas by service. */
  readonly services: Readonly<Record<string, string>>
  createWorld(): World
  /**
   * Fields with input from `@requires` or a context, as `Type.field`. A service computes them from
   * what it was sent, the plain schema from the object.
   */
  readonly computed?: Readonly<Record<string, (input: Thing, args: Arguments) => unknown>>
  /**
   * Entities that a service does not know although others do, with the fields that only it
   * provides.
   */
  readonly unknown?: readonly {
    readonly service: string
    readonly type: string
    readonly id: string
    readonly fields: readonly string[]
  }[]
  /** Subscription fields. Their events are the answers of the query field of the same name. */
  readonly subscriptions?: readonly string[]
  /** Services that a field needs, by `Type.field`. */
  readonly needs?: Readonly<Record<string, readonly string[]>>
}

/** A field of a thing. */
export function read(thing: unknown, field: string, args: Arguments = {}): unknown {
  const value = (thing as Thing | null | undefined)?.[field]
  return typeof value === 'function' ? value(args) : value
}

/** An entity as a service sees it: found by its key, with what it was sent. */
class View {
  readonly __typename: string | undefined
  readonly object: Thing
  readonly sent: Thing

  constructor(object: Thing, sent: Thing, typename: string | undefined) {
    this.__typename = typename
    this.object = object
    this.sent = sent
  }
}

/** Resolves every field of a universe, in the services and in the plain schema. */
export const resolverOf =
  ({ computed = {} }: Universe): GraphQLFieldResolver<unknown, World> =>
  (parent, args, world, { parentType, fieldName }) => {
    if (parent === undefined) return read(world[parentType.name as 'Query'], fieldName, args)
    const object = parent instanceof View ? parent.object : (parent as Thing)
    const compute = computed[`${parentType.name}.${fieldName}`] ?? computed[`${object.__typename}.${fieldName}`]
    if (compute) return compute(parent instanceof View ? parent.sent : object, args)
    return read(object, fieldName, args)
  }

/** True if all fields that reference and object share are deeply equal. */
function matches(object: unknown, reference: unknown): boolean {
  if (Array.isArray(reference)) {
    return Array.isArray(object) && reference.every((item, index) => matches(object[index], item))
  }
  if (typeof reference !== 'object' || reference === null) {
    return object === reference
  }
  return Object.entries(reference).every(([name, value]) => {
    if (name === '__typename') return true
    const known = (object as Thing | undefined)?.[name]
    return typeof known === 'function' || matches(known, value)
  })
}

/** The services of a universe, each with every type's references resolved against the world. */
export function servicesOf(universe: Universe): Record<string, TestService> {
  const resolve = resolverOf(universe)
  return Object.fromEntries(
    Object.entries(universe.services).map(([name, typeDefs]) => {
      const heads = Array.from(typeDefs.matchAll(/(?:type|interface) (\w+)([^\n]*@key[^\n]*)/g))
      const resolvers = Object.fromEntries(
        heads.map(([, type = '', directives = '']) => [
          type,
          {
            __resolveReference(sent: Thing, world: World) {
              if (world.fails?.(name, JSON.stringify(sent))) throw codedError('FORBIDDEN', 'No such thing.')
              const typed = world.entities.filter((entity) => entity.__typename === sent.__typename)
              // No entity has an interface's own name: a reference by that name may mean any
              // entity.
              const isUnknown = universe.unknown?.some((each) => each.service === name && each.id === sent['id'])
              if (isUnknown) return null
              const object = (typed.length > 0 ? typed : world.entities).find((entity) => matches(entity, sent))
              // To a service that knows only the interface, the interface is the type.
              const typename = directives.includes('@interfaceObject') ? type : object?.__typename
              return object ? new View(object, sent, typename) : null
            },
          },
        ]),
      )
      const resolveField: GraphQLFieldResolver<unknown, World> = (parent, args, world, info) => {
        if (world.fails?.(name, responsePathAsArray(info.path).join('.'))) throw codedError('FORBIDDEN', 'No.')
        return resolve(parent, args, world, info)
      }
      return [name, { typeDefs, resolvers, resolveField: resolveField as GraphQLFieldResolver<unknown, unknown> }]
    }),
  )
}
