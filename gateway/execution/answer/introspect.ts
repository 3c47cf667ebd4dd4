/** Answers introspection fields. */
import {
  __InputValue,
  astFromValue,
  executeSync,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLInputField,
  Kind,
  OperationTypeNode,
  print,
} from 'graphql'
import { ownOnly } from '../../../platform/data/own.ts'
import type { BoundVariables, ClientOperation } from '../plan/client-operation.ts'

// graphql-js has no other place for it, and throws where a custom scalar's default is an object or
// a list: such a default is given as it was written.
Object.assign(__InputValue.getFields()['defaultValue'] ?? {}, { resolve: defaultOf })

/** Answers `__schema` and `__type` with graphql-js. */
export function introspect(
  { schema, definition, fragments }: ClientOperation,
  nodes: readonly FieldNode[],
  variables: BoundVariables,
) {
  const { data } = executeSync({
    schema,
    document: {
      kind: Kind.DOCUMENT,
      definitions: [
        {
          kind: Kind.OPERATION_DEFINITION,
          operation: OperationTypeNode.QUERY,
          variableDefinitions: definition.variableDefinitions ?? [],
          selectionSet: { kind: Kind.SELECTION_SET, selections: nodes.map(({ alias: _alias, ...field }) => field) },
        },
        ...fragments.values(),
      ],
    },
    variableValues: ownOnly(variables.values),
  })
  const [node] = nodes
  return (node && data?.[node.name.value]) ?? null
}

/** A GraphQL literal. */
function defaultOf({ type, defaultValue, astNode }: GraphQLArgument | GraphQLInputField): string | null {
  try {
    const literal = astFromValue(defaultValue, type)
    return literal ? print(literal) : null
  } catch {
    return astNode?.defaultValue ? print(astNode.defaultValue) : null
  }
}
