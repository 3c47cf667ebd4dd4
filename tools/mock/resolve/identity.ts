/** Objects with an identity: the same id is the same object everywhere. */
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { hashOf } from '../data/random.ts'

const FIRST = 10_000_000
const SPAN = 89_999_999 // a prime below the number of eight-digit ids
const STEP = 7_919

/**
 * The field that identifies objects of the type. @param keys by type, as a supergraph declares them
 */
export function idFieldOf(type: GraphQLObjectType, keys: ReadonlyMap<string, string>): string | undefined {
  const fields = type.getFields()
  if (fields['id']) return 'id'
  const key = keys.get(type.name)
  if (key !== undefined && fields[key]) return key
  return Object.values(fields).find((field) => isNonNullType(field.type) && isId(field) && field.name !== 'cursor')
    ?.name
}

/**
 * Adds keys for types without an id: the argument by which a root field finds them, for example
 * `upc` in `product(upc: Int!)`.
 */
export function withArgumentKeys(
  schema: GraphQLSchema,
  keys: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { type, args } of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const named = getNamedType(type)
    const [argument, ...more] = args.filter((each) => isNonNullType(each.type))
    if (!isObjectType(named) || !argument || more.length > 0 || idFieldOf(named, keys) !== undefined) continue
    const field = named.getFields()[argument.name]
    if (field && field.args.length === 0 && getNamedType(field.type) === getNamedType(argument.type))
      found.set(named.name, argument.name)
  }
  return new Map([...found, ...keys])
}

const isId = ({ type, args }: GraphQLField<unknown, unknown>): boolean =>
  args.length === 0 && getNamedType(type).name === 'ID'

/** The id of a type's object with this number. */
export const numberedId = (type: string, number: number): string =>
  String(FIRST + ((hashOf(type) + number * STEP) % SPAN))

/** Objects of a type that others refer to. */
const POOL = 40

/** The id of an object that others refer to. @param further offset from the first choice */
export const pooledId = (type: string, from: string, further = 0): string =>
  numberedId(type, (hashOf(from) % POOL) + further)

/** Outside the ids that others refer to, so that a new object has no references yet. */
export const freshId = (type: string, from: string): string => numberedId(type, 1_000 + (hashOf(from) % 1_000_000))

/** The value of `nodeId`, or of an interface's `id`, which also names the type. */
export const encodeNode = (type: string, id: string): string => Buffer.from(`${type}:${id}`).toString('base64url')

/** `undefined` for any other text. */
export function decodeNode(schema: GraphQLSchema, nodeId: string): { type: GraphQLObjectType; id: string } | undefined {
  const [, name = '', id = ''] = /^(\w+):(.+)$/s.exec(Buffer.from(nodeId, 'base64url').toString('utf8')) ?? []
  const type = schema.getType(name)
  return isObjectType(type) && id !== '' ? { type, id } : undefined
}

/** Interfaces whose objects are found by their id alone, as `Node` is by `node(id:)`. */
export function nodeInterfaces(schema: GraphQLSchema): ReadonlySet<string> {
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {})
  return new Set(
    fields
      .filter(({ args }) => args.some(({ type }) => getNamedType(type).name === 'ID'))
      .map(({ type }) => getNamedType(type as GraphQLOutputType))
      .filter((type) => isAbstractType(type))
      .map(({ name }) => name),
  )
}

/** Ids by which clients can request a missing object. */
export const isMissing = (id: string): boolean => /^(missing|none|unknown)/i.test(id)

export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)
