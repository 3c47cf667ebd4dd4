/** Answers the fields that are about the schema alone. */
import { executeSync, type FieldNode, Kind, OperationTypeNode } from 'graphql'
import type { BoundVariables, ClientOperation } from '../plan/client-operation.ts'

/** `__schema` and `__type` are about the schema alone, and answered by graphql-js. */
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
    variableValues: variables.values,
  })
  const [node] = nodes
  return (node && data?.[node.name.value]) ?? null
}
