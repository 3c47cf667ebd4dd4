/**
 * Finds nullable variables that are used where null is not allowed: validation accepts them because
 * they have a default.
 */
import {
  type DocumentNode,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  ValidationContext,
} from 'graphql'

/**
 * Variables of a valid operation for which null is an error, given or by default (GraphQL
 * specification, sections 5.8.5 and 6.4.1). They are used in a `@skip`, an argument, an input field
 * or a list.
 */
export function neverNull(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly string[] {
  const nullable = new Set(
    operation.variableDefinitions?.flatMap(({ type, variable }) =>
      type.kind === Kind.NON_NULL_TYPE ? [] : variable.name.value,
    ),
  )
  if (nullable.size === 0) return []
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => undefined)
  const usages = context.getRecursiveVariableUsages(operation).filter(({ type }) => isNonNullType(type))
  return [...new Set(usages.map(({ node }) => node.name.value))].filter((name) => nullable.has(name))
}
