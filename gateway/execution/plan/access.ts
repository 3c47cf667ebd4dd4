/**
 * Finds the requirements of an operation, and what is denied to a caller who does not meet them.
 * Whether a caller meets a requirement is decided elsewhere.
 */
import {
  type FieldNode,
  type GraphQLError,
  isAbstractType,
  isCompositeType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { AccessRules } from './access-rules.ts'
import type { ClientOperation } from './client-operation.ts'
import type { ConditionValues } from './conditions.ts'
import { fieldsWithNull } from './never-null.ts'

/** A requirement, and the first place in the operation that has it. */
export interface Needed {
  readonly requirement: number
  readonly coordinate: string
}

type Walked = Pick<ClientOperation, 'schema' | 'definition' | 'fragments'>

/**
 * The requirements of an operation, each once. Takes time linear in the document: each fragment is
 * visited once.
 */
export function neededBy(client: Walked, { fields, types }: AccessRules): readonly Needed[] {
  const needed = new Map<number, string>()
  if (fields.size === 0 && types.size === 0) return []
  const add = (coordinate: string, requirements: readonly number[] | undefined): void => {
    for (const each of requirements ?? []) if (!needed.has(each)) needed.set(each, coordinate)
  }
  eachField(client, (parent, name, type) => {
    for (const each of [parent, ...(membersOf(client, parent) ?? [])])
      add(`${each}.${name}`, fields.get(`${each}.${name}`))
    for (const member of membersOf(client, type)) add(member, types.get(member))
  })
  return Array.from(needed, ([requirement, coordinate]) => ({ requirement, coordinate }))
}

/** What is denied to a caller. It must not be used for another caller. */
export interface Denied {
  /** Equal for callers who are denied the same. */
  readonly key: string
  /** Why a field of a type is null; `undefined` if the caller may see it. */
  field(type: string, field: string): GraphQLError | undefined
  /** Why an object of a type, met through an interface or union, is null. */
  object(type: string): GraphQLError | undefined
}

/**
 * @param lacking indexes of requirements that the caller does not meet
 * @param isKnown whether the caller is signed in
 */
export function deniedBy(
  { requirements, fields, types }: AccessRules,
  lacking: readonly number[],
  isKnown: boolean,
): Denied {
  const lacks = new Set(lacking)
  const failure = (coordinate: string, needed: readonly number[] | undefined): GraphQLError | undefined => {
    const missing = needed?.filter((each) => lacks.has(each)) ?? []
    if (missing.length === 0) return undefined
    const mustSignIn = !isKnown && missing.some((each) => requirements[each]?.kind !== 'policies')
    return denial(coordinate, mustSignIn)
  }
  return {
    key: `${isKnown ? 'known' : 'unknown'} ${[...lacks].sort((a, b) => a - b).join()}`,
    field: (type, field) => failure(`${type}.${field}`, fields.get(`${type}.${field}`)),
    object: (type) => failure(type, types.get(type)),
  }
}

/** What a trace may show the caller besides the answer. */
export interface Shown {
  field(type: string, field: string): boolean
  object(type: string): boolean
}

/**
 * Hides anything whose rule was not decided because the operation does not touch it, such as a key
 * that only services need.
 */
export function shownTo(client: Walked, rules: AccessRules, denied: Denied | undefined): Shown {
  const decided = new Set(neededBy(client, rules).map(({ requirement }) => requirement))
  const isDecided = (needed: readonly number[] = []): boolean => needed.every((each) => decided.has(each))
  return {
    field: (type, field) => isDecided(rules.fields.get(`${type}.${field}`)) && !denied?.field(type, field),
    object: (type) => isDecided(rules.types.get(type)) && !denied?.object(type),
  }
}

/**
 * The error for a denied field or object. It has no stack: compiled operations keep the error, and
 * a stack would keep the documents that they were compiled from.
 */
export function denial(coordinate: string, mustSignIn: boolean): GraphQLError {
  const error = mustSignIn
    ? codedError('UNAUTHENTICATED', `Sign in to see "${coordinate}".`)
    : codedError('FORBIDDEN', `You may not see "${coordinate}".`)
  error.stack = ''
  return error
}

/**
 * The fields of a document that are requested of no object: denied for every one that they may be
 * requested of, or with null where an argument may not be null.
 */
export function deniedNodes(
  client: Walked,
  conditions: ConditionValues,
  denied: Denied | undefined,
): ReadonlyMap<FieldNode, GraphQLError> {
  const nodes = new Map(fieldsWithNull(client, conditions))
  if (denied)
    eachField(client, (parent, name, _type, node) => {
      const failure = denied.field(parent, name)
      if (failure) nodes.set(node, failure)
    })
  return nodes
}

function eachField(
  { schema, definition, fragments }: Walked,
  look: (parent: string, field: string, type: string, node: FieldNode) => void,
): void {
  const info = new TypeInfo(schema)
  const visitor = visitWithTypeInfo(info, {
    Field(node) {
      const parent = info.getParentType()
      const type = info.getType()
      if (parent && type) look(parent.name, node.name.value, `${type}`.replace(/[[\]!]/g, ''), node)
    },
  })
  for (const each of [definition, ...fragments.values()]) visit(each, visitor)
}

/** The object types that an interface or union may stand for. */
function membersOf({ schema }: Walked, name: string): readonly string[] {
  const type = schema.getType(name)
  return isCompositeType(type) && isAbstractType(type) ? schema.getPossibleTypes(type).map((each) => each.name) : []
}
