/**
 * Finds nullable variables that are used where null is not allowed: validation accepts them because
 * variable or place has a default (GraphQL specification, section 5.8.5). In an argument of a field
 * null costs that field (section 6.4.1); in a condition it would leave open what is selected.
 */
import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  ValidationContext,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { ConditionValues, Fragments } from './conditions.ts'

/** Names of variables. */
export interface NeverNull {
  /** Used in a directive: with null the operation is refused. */
  readonly inDirectives: readonly string[]
  /** Used in a field's argument, also inside of an input object or a list. */
  readonly inFields: readonly string[]
}

const NONE: NeverNull = { inDirectives: [], inFields: [] }

interface Walked {
  readonly schema: GraphQLSchema
  readonly definition: OperationDefinitionNode
  readonly fragments: Fragments
}

/** Those of a valid operation. */
export function neverNull(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): NeverNull {
  const nullable = new Set(
    operation.variableDefinitions?.flatMap(({ type, variable }) =>
      type.kind === Kind.NON_NULL_TYPE ? [] : variable.name.value,
    ),
  )
  if (nullable.size === 0) return NONE
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => undefined)
  const inDirectives = new Set<string>()
  const inFields = new Set<string>()
  const definitions = [operation, ...context.getRecursivelyReferencedFragments(operation)]
  eachUse(schema, definitions, (name, { kind }) => {
    if (nullable.has(name)) (kind === Kind.FIELD ? inFields : inDirectives).add(name)
  })
  return { inDirectives: [...inDirectives], inFields: [...inFields] }
}

/** The condition that a variable is null. No variable can have this name. */
export const whenNull = (variable: string): string => `${variable}=null`

/** The fields of a document that get null where it is not allowed, each with its error. */
export function fieldsWithNull(
  { schema, definition, fragments }: Walked,
  conditions: ConditionValues,
): ReadonlyMap<FieldNode, GraphQLError> {
  const fields = new Map<FieldNode, GraphQLError>()
  if (!Object.keys(conditions).some((name) => name.endsWith(whenNull('')) && conditions[name])) return fields
  eachUse(schema, [definition, ...fragments.values()], (name, user) => {
    if (user.kind === Kind.FIELD && conditions[whenNull(name)]) fields.set(user, nullError(name))
  })
  return fields
}

export function nullError(variable: string): GraphQLError {
  const message = `Variable "$${variable}" must not be null: it stands where null is not allowed.`
  const error = codedError('BAD_USER_INPUT', message)
  // Compiled operations keep it, and a stack would keep their documents.
  error.stack = ''
  return error
}

/** Calls `look` for each variable at a non-null place, with what it is an argument of. */
function eachUse(
  schema: GraphQLSchema,
  definitions: readonly ASTNode[],
  look: (variable: string, user: FieldNode | DirectiveNode) => void,
): void {
  const info = new TypeInfo(schema)
  const visitor = visitWithTypeInfo(info, {
    Variable({ name }, _key, _parent, _path, ancestors) {
      if (!isNonNullType(info.getInputType())) return
      const user = ancestors.findLast(isUser)
      if (user) look(name.value, user)
    },
  })
  for (const each of definitions) visit(each, visitor)
}

const isUser = (node: ASTNode | readonly ASTNode[]): node is FieldNode | DirectiveNode =>
  'kind' in node && (node.kind === Kind.FIELD || node.kind === Kind.DIRECTIVE)
