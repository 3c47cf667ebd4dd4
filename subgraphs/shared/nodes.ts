/**
 * Gives `nodeId` to every type that implements `Node`: type and key, by the type's first `@key`. A
 * domain writes no resolver for it.
 */
import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNullableType,
  isLeafType,
  isObjectType,
} from 'graphql'
import { encodeNodeId, isKeyValue, type KeyValue, keyFields } from '../../platform/protocol/node-id.ts'

type Resolver = GraphQLFieldResolver<unknown, unknown>

/** @throws Error for a type without a key of plain fields */
export function addNodeIds(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !type.getInterfaces().some(({ name }) => name === 'Node')) continue
    const field = type.getFields()['nodeId']
    if (field && !field.resolve) field.resolve = nodeIdOf(type)
  }
}

function nodeIdOf(type: GraphQLObjectType): Resolver {
  const readers = (keyFields(firstKey(type)) ?? []).map((name) => readerOf(type, name))
  if (readers.length === 0) throw new Error(`${type.name} implements Node, so its first @key must name plain fields.`)
  return (source, _arguments, context, info) => {
    const key = readers.map((read) => read(source, {}, context, info))
    return key.every(isKeyValue) ? encodeNodeId(type.name, key) : whenRead(type, key)
  }
}

const whenRead = async (type: GraphQLObjectType, key: readonly unknown[]): Promise<string> =>
  encodeNodeId(type.name, (await Promise.all(key)) as KeyValue[])

function firstKey({ name, astNode, extensionASTNodes }: GraphQLObjectType): string {
  const directives = [astNode, ...extensionASTNodes].flatMap((node) => node?.directives ?? [])
  const key = directives.find((directive) => directive.name.value === 'key')
  const fields = key?.arguments?.find((argument) => argument.name.value === 'fields')?.value
  if (fields?.kind === 'StringValue') return fields.value
  throw new Error(`${name} implements Node, so it needs a @key.`)
}

/** A field of the key as clients see it. */
function readerOf(type: GraphQLObjectType, name: string): Resolver {
  const field = type.getFields()[name]
  const leaf = field && getNullableType(field.type)
  if (!field || !isLeafType(leaf))
    throw new Error(`${type.name} implements Node, so its first @key must name plain fields.`)
  const { resolve = defaultFieldResolver } = field
  const shown = (value: unknown): unknown => leaf.serialize(value)
  return (source, args, context, info) => {
    const value: unknown = resolve(source, args, context, { ...info, fieldName: name })
    return value instanceof Promise ? value.then(shown) : shown(value)
  }
}
