/**
 * Finds and classifies every change between two public schemas, with the operations that it
 * affects.
 */
// MIT; finds every change between two schemas
import { CriticalityLevel, diff, type Change as Found } from '@graphql-inspector/core'
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { anyValueOf, argumentOf, fieldOf } from '../../usage/coordinates.ts'
import type { Change, Level, Reach } from './change.ts'

const levels: Readonly<Record<CriticalityLevel, Level>> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
}

export async function publicChanges(before: GraphQLSchema, after: GraphQLSchema): Promise<readonly Change[]> {
  if (before === after) return []
  const found = await diff(before, after)
  const read = typesRead(after)
  return found.flatMap((change) => {
    const isNew = isNewObject(change, before, after)
    if (!isNew && !isOwn(change, before)) return []
    const level = isNew ? 'dangerous' : levelOf(change, read)
    return {
      level,
      code: change.type,
      coordinate: coordinateOf(change, before, after),
      message: change.message.replaceAll("'", '`').replace(/\.$/, ''),
      reach: reachOf(change, after),
      isSeenByValidation: level === 'breaking' && SEEN_BY_VALIDATION.has(change.type),
    }
  })
}

/** Breaking changes that cannot affect an operation which is still valid. */
const SEEN_BY_VALIDATION: ReadonlySet<string> = new Set([
  'FIELD_REMOVED',
  'FIELD_ARGUMENT_ADDED',
  'FIELD_ARGUMENT_REMOVED',
  'FIELD_ARGUMENT_TYPE_CHANGED',
  'TYPE_REMOVED',
  'UNION_MEMBER_REMOVED',
  'OBJECT_TYPE_INTERFACE_REMOVED',
  'DIRECTIVE_REMOVED',
  'DIRECTIVE_LOCATION_REMOVED',
  'DIRECTIVE_ARGUMENT_ADDED',
  'DIRECTIVE_ARGUMENT_REMOVED',
])

/** A new object type, which operations that select one of its interfaces may get. */
const isNewObject = ({ type, meta }: Found, before: GraphQLSchema, after: GraphQLSchema): boolean =>
  type === 'OBJECT_TYPE_INTERFACE_ADDED' &&
  meta.addedToNewType &&
  isObjectType(after.getType(meta.objectTypeName)) &&
  before.getType(meta.addedInterfaceName) !== undefined

/** False for parts of a new type, field or argument, which are no changes of their own. */
function isOwn({ type, path = '', meta }: Found, before: GraphQLSchema): boolean {
  const parts = path.split('.').filter((part) => !part.startsWith('@'))
  if (type.startsWith('DIRECTIVE_USAGE_')) return isTold(type, meta) && exists(before, parts)
  if (meta.addedToNewType || meta.addedToNewField || meta.addedToNewDirective) return false
  if (path.startsWith('@') || path === '') return true
  return exists(before, type.endsWith('_ADDED') && !/DESCRIPTION|DEPRECATION/.test(type) ? parts.slice(0, -1) : parts)
}

/**
 * Whether a change of an applied directive is reported: others are reported by their meaning, or
 * mean nothing to clients.
 */
const isTold = (type: string, { addedDirectiveName: added, removedDirectiveName: removed }: Found['meta']): boolean =>
  added === 'oneOf' || (/ARGUMENT_DEFINITION|INPUT_FIELD/.test(type) && (added ?? removed) === 'deprecated')

function exists(schema: GraphQLSchema, [typeName, member, argument]: readonly string[]): boolean {
  if (typeName === undefined) return true
  const type = schema.getType(typeName)
  if (!type || member === undefined) return type !== undefined
  if (isEnumType(type)) return type.getValue(member) != null
  if (isInputObjectType(type)) return member in type.getFields()
  if (!isObjectType(type) && !isInterfaceType(type)) return true
  const field = type.getFields()[member]
  if (!field) return schema.getType(member) !== undefined // an interface that it implements
  return argument === undefined || field.args.some(({ name }) => name === argument)
}

function levelOf({ type, meta, criticality }: Found, read: ReadonlySet<string>): Level {
  // Operations that only send an enum are not affected by a new value.
  if (type === 'ENUM_VALUE_ADDED' && !read.has(meta.enumName)) return 'safe'
  // An optional argument or input field affects nobody.
  if (type === 'FIELD_ARGUMENT_ADDED' && !meta.isAddedFieldArgumentBreaking && !meta.hasDefaultValue) return 'safe'
  return levels[criticality.level]
}

/** Names of types of fields. */
const typesRead = (schema: GraphQLSchema): ReadonlySet<string> =>
  new Set(
    Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) || isInterfaceType(type)
        ? Object.values(type.getFields()).map((field) => getNamedType(field.type).name)
        : [],
    ),
  )

/** The coordinate in its usual notation. */
function coordinateOf({ path = '', type, meta }: Found, before: GraphQLSchema, after: GraphQLSchema): string {
  if (path.startsWith('@')) {
    const argument = meta.removedDirectiveArgumentName ?? meta.addedDirectiveArgumentName ?? meta.directiveArgumentName
    return argument === undefined ? (path.split('.')[0] ?? path) : argumentOf(`@${meta.directiveName}`, argument)
  }
  const [typeName = '', member, argument] = path.split('.').filter((part) => !part.startsWith('@'))
  if (typeName === '') return 'schema'
  if (member === undefined || /UNION_MEMBER|OBJECT_TYPE_INTERFACE/.test(type)) return typeName
  const known = before.getType(typeName) ?? after.getType(typeName)
  return argument === undefined || isEnumType(known)
    ? fieldOf(typeName, member)
    : argumentOf(fieldOf(typeName, member), argument)
}

type Meta = Readonly<Record<string, string>>
type ReachOf = (meta: Meta, after: GraphQLSchema) => Reach

const one = (...anyOf: readonly (string | undefined)[]): Reach => ({
  anyOf: anyOf.filter((each) => each !== undefined),
})
const field: ReachOf = ({ typeName = '', fieldName = '' }) => one(fieldOf(typeName, fieldName))
const named =
  (key: string, prefix = ''): ReachOf =>
  (meta) =>
    one(meta[key] && `${prefix}${meta[key]}`)
/** An argument of a field, or a field of an input object. */
function inputOf(schema: GraphQLSchema, typeName: string, member: string, argument?: string) {
  const type = schema.getType(typeName)
  if (isInputObjectType(type)) return type.getFields()[member]
  const args = isObjectType(type) || isInterfaceType(type) ? type.getFields()[member]?.args : undefined
  return args?.find(({ name }) => name === argument)
}

/**
 * A value that becomes required also affects operations that leave it out, unless it has a default.
 */
const becomesRequired = (before = '', now: GraphQLArgument | GraphQLInputField | undefined): boolean =>
  now !== undefined && isNonNullType(now.type) && now.defaultValue === undefined && !before.endsWith('!')

/** Keyed by kind of change; other kinds affect nobody. */
const reaches: Readonly<Record<string, ReachOf>> = {
  FIELD_REMOVED: (meta) => one(fieldOf(meta['typeName'] ?? '', meta['removedFieldName'] ?? '')),
  FIELD_TYPE_CHANGED: field,
  FIELD_DEPRECATION_ADDED: field,
  FIELD_ARGUMENT_ADDED: field,
  FIELD_ARGUMENT_REMOVED: ({ typeName = '', fieldName = '', removedFieldArgumentName = '' }) =>
    one(argumentOf(fieldOf(typeName, fieldName), removedFieldArgumentName)),
  FIELD_ARGUMENT_TYPE_CHANGED: ({ typeName = '', fieldName = '', argumentName = '', oldArgumentType }, after) => {
    const whole = fieldOf(typeName, fieldName)
    const now = inputOf(after, typeName, fieldName, argumentName)
    return one(becomesRequired(oldArgumentType, now) ? whole : argumentOf(whole, argumentName))
  },
  FIELD_ARGUMENT_DEFAULT_CHANGED: ({ typeName = '', fieldName = '', argumentName = '' }) => ({
    anyOf: [fieldOf(typeName, fieldName)],
    unless: [argumentOf(fieldOf(typeName, fieldName), argumentName)],
  }),
  INPUT_FIELD_ADDED: named('inputName'),
  INPUT_FIELD_REMOVED: ({ inputName = '', removedFieldName = '' }) => one(fieldOf(inputName, removedFieldName)),
  INPUT_FIELD_TYPE_CHANGED: ({ inputName = '', inputFieldName = '', oldInputFieldType }, after) => {
    const now = inputOf(after, inputName, inputFieldName)
    return one(becomesRequired(oldInputFieldType, now) ? inputName : fieldOf(inputName, inputFieldName))
  },
  INPUT_FIELD_DEFAULT_VALUE_CHANGED: ({ inputName = '', inputFieldName = '' }) => ({
    anyOf: [inputName],
    unless: [fieldOf(inputName, inputFieldName)],
  }),
  DIRECTIVE_USAGE_INPUT_OBJECT_ADDED: named('inputObjectName'),
  ENUM_VALUE_REMOVED: ({ enumName = '', removedEnumValueName = '' }) =>
    one(fieldOf(enumName, removedEnumValueName), anyValueOf(enumName)),
  ENUM_VALUE_ADDED: ({ enumName = '' }) => one(anyValueOf(enumName)),
  ENUM_VALUE_DEPRECATION_REASON_ADDED: ({ enumName = '', enumValueName = '' }) => one(fieldOf(enumName, enumValueName)),
  TYPE_REMOVED: named('removedTypeName'),
  TYPE_KIND_CHANGED: named('typeName'),
  UNION_MEMBER_REMOVED: ({ unionName = '', removedUnionMemberTypeName = '' }) => ({
    allOf: [unionName, removedUnionMemberTypeName],
  }),
  UNION_MEMBER_ADDED: named('unionName'),
  OBJECT_TYPE_INTERFACE_REMOVED: ({ objectTypeName = '', removedInterfaceName = '' }) => ({
    allOf: [objectTypeName, removedInterfaceName],
  }),
  OBJECT_TYPE_INTERFACE_ADDED: named('addedInterfaceName'),
  SCHEMA_QUERY_TYPE_CHANGED: named('oldQueryTypeName'),
  SCHEMA_MUTATION_TYPE_CHANGED: named('oldMutationTypeName'),
  SCHEMA_SUBSCRIPTION_TYPE_CHANGED: named('oldSubscriptionTypeName'),
  DIRECTIVE_REMOVED: named('removedDirectiveName', '@'),
  DIRECTIVE_LOCATION_REMOVED: named('directiveName', '@'),
  DIRECTIVE_REPEATABLE_REMOVED: named('directiveName', '@'),
  DIRECTIVE_ARGUMENT_ADDED: named('directiveName', '@'),
  DIRECTIVE_ARGUMENT_REMOVED: ({ directiveName = '', removedDirectiveArgumentName = '' }) =>
    one(argumentOf(`@${directiveName}`, removedDirectiveArgumentName)),
  DIRECTIVE_ARGUMENT_TYPE_CHANGED: ({ directiveName = '', directiveArgumentName = '' }) =>
    one(argumentOf(`@${directiveName}`, directiveArgumentName)),
  DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED: named('directiveName', '@'),
}

const reachOf = ({ type, meta }: Found, after: GraphQLSchema): Reach => reaches[type]?.(meta as Meta, after) ?? {}
