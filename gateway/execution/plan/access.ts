/**
 * What an operation needs of its caller, and what of it is denied to one who lacks some of that.
 * Whether a caller fulfils a requirement is decided elsewhere.
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

/** A requirement of the rules, and the first place of the operation that has it. */
export interface Needed {
  readonly requirement: number
  readonly coordinate: string
}

type Walked = Pick<ClientOperation, 'schema' | 'definition' | 'fragments'>

/**
 * The requirements that anything in an operation has, each once. Linear in the document's length:
 * each fragment is looked at once.
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

/** What is denied to a caller; nobody else's may be used in its place. */
export interface Denied {
  /** Equal for callers to whom the same is denied. */
  readonly key: string
  /** Why a field of a type is null; `undefined` where it may be seen. */
  field(type: string, field: string): GraphQLError | undefined
  /** Why an object of a type, met through an interface or union, is null. */
  object(type: string): GraphQLError | undefined
}

/**
 * @param lacking indexes of requirements that the caller does not fulfil
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

/** What a caller may be shown beside the answer. */
export interface Shown {
  field(type: string, field: string): boolean
  object(type: string): boolean
}

/**
 * Of rules that the operation does not touch nobody has decided, such as those of a key that only
 * services need: what has such a rule is not shown.
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
 * The error of what a caller may not see. Compiled operations keep it, and its stack would keep the
 * documents that they were compiled from.
 */
export function denial(coordinate: string, mustSignIn: boolean): GraphQLError {
  const error = mustSignIn
    ? codedError('UNAUTHENTICATED', `Sign in to see "${coordinate}".`)
    : codedError('FORBIDDEN', `You may not see "${coordinate}".`)
  error.stack = ''
  return error
}

/**
 * The fields of a document that are denied as they stand there, whatever object they are asked of.
 */
export function deniedNodes(client: Walked, denied: Denied | undefined): ReadonlyMap<FieldNode, GraphQLError> {
  const nodes = new Map<FieldNode, GraphQLError>()
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
