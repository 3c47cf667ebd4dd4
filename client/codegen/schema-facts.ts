/** Writes the facts about the schema that the library needs, as plain data in `generated/`. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { minifyIntrospectionQuery } from '@urql/introspection'
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  introspectionFromSchema,
  isAbstractType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import type { CacheFacts } from '../connection/cache-facts.ts'
import { KEY } from '../connection/key.ts'

/** Arguments that choose a page of a list, not the list. */
const PAGING: ReadonlySet<string> = new Set(['first', 'last', 'after', 'before'])

export async function writeSchemaFacts(schema: GraphQLSchema, folder: string): Promise<void> {
  const facts = JSON.stringify(cacheFactsOf(schema), null, 2)
  await writeFile(
    join(folder, 'cache-facts.ts'),
    `import type { CacheFacts } from '../connection/cache-facts.ts'\n\nexport const cacheFacts: CacheFacts = ${facts}\n`,
  )
  const inputs = JSON.stringify(keyedInputsOf(schema), null, 2)
  await writeFile(
    join(folder, 'keyed-inputs.ts'),
    `/** Input types with an idempotency key. */\nexport const keyedInputs: ReadonlySet<string> = new Set(${inputs})\n`,
  )
}

/**
 * Writes the introspection for Graphcache, which then knows nullable fields and the types of
 * fragments.
 */
export async function writeIntrospection(schema: GraphQLSchema, folder: string): Promise<void> {
  const minified = JSON.stringify(minifyIntrospectionQuery(introspectionFromSchema(schema)))
  await writeFile(
    join(folder, 'introspection.ts'),
    `import type { CacheExchangeOpts } from '@urql/exchange-graphcache'\n\ntype Introspection = NonNullable<CacheExchangeOpts['schema']>\n\nexport const introspection: Introspection = ${minified}\n`,
  )
}

const keyedInputsOf = (schema: GraphQLSchema): readonly string[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => isInputObjectType(type) && Object.hasOwn(type.getFields(), KEY))
    .map(({ name }) => name)

export function cacheFactsOf(schema: GraphQLSchema): CacheFacts {
  const objects = Object.values(schema.getTypeMap()).filter(isOwnObject)
  const roots = new Set<GraphQLNamedType | null | undefined>([
    schema.getQueryType(),
    schema.getMutationType(),
    schema.getSubscriptionType(),
  ])
  const fields = objects.flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
  return {
    possibleTypes: Object.fromEntries(
      Object.values(schema.getTypeMap())
        .filter(isAbstractType)
        .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
    ),
    values: objects.filter((type) => !roots.has(type) && !isEntity(type)).map(({ name }) => name),
    pages: [...new Set(fields.filter(({ field }) => isConnection(field)).flatMap(({ field }) => typesOfPage(field)))],
    connections: grouped(
      fields.filter(({ field }) => isConnection(field)),
      ({ args }) => args.map(({ name }) => name).filter((name) => !PAGING.has(name)),
    ),
    lists: grouped(
      fields.filter(({ field }) => isListOfObjects(field)),
      () => true,
    ),
    lookups: Object.fromEntries(
      Object.values(schema.getQueryType()?.getFields() ?? {})
        .filter(isLookup)
        .map((field) => [field.name, getNamedType(field.type).name]),
    ),
  }
}

const isOwnObject = (type: GraphQLNamedType): type is GraphQLObjectType =>
  isObjectType(type) && !type.name.startsWith('__')

/** An `id` of the type `ID!` is globally unique; a `String` identifies a part of an object. */
const isEntity = (type: GraphQLNamedType): boolean =>
  isObjectType(type) && String(type.getFields()['id']?.type) === 'ID!'

type Field = GraphQLField<unknown, unknown>

/** Whether the field is a connection by Relay's specification. */
function isConnection({ type, args }: Field): boolean {
  const connection = getNamedType(type)
  if (!isObjectType(connection) || !args.some(({ name }) => name === 'after')) return false
  const { edges, pageInfo } = connection.getFields()
  return edges !== undefined && pageInfo !== undefined
}

/** The connection, its edges, and its page info. */
function typesOfPage({ type }: Field): readonly string[] {
  const connection = getNamedType(type)
  if (!isObjectType(connection)) return []
  const { edges, pageInfo } = connection.getFields()
  return [connection.name, ...[edges, pageInfo].flatMap((field) => (field ? [getNamedType(field.type).name] : []))]
}

function isListOfObjects({ type }: Field): boolean {
  const nullable = isNonNullType(type) ? type.ofType : type
  return isListType(nullable) && !isLeafType(getNamedType(type))
}

/** True for fields such as `account(id:)`: the cache can answer them by id. */
function isLookup({ type, args }: Field): boolean {
  const [first, ...others] = args
  return first?.name === 'id' && !others.some(isRequiredArgument) && isEntity(getNamedType(type))
}

function grouped<Fact>(
  fields: readonly { readonly type: GraphQLObjectType; readonly field: Field }[],
  factOf: (field: Field) => Fact,
): Readonly<Record<string, Readonly<Record<string, Fact>>>> {
  const found: Record<string, Record<string, Fact>> = {}
  for (const { type, field } of fields) {
    found[type.name] ??= {}
    Object.assign(found[type.name] ?? {}, { [field.name]: factOf(field) })
  }
  return found
}
