/**
 * Validation as the gateway does it: graphql passes an operation of a kind that the schema does not
 * have.
 */
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, validate } from 'graphql'

export function faultsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const missing = document.definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION && !schema.getRootType(node.operation)
      ? [new GraphQLError(`The schema has no ${node.operation}.`, { nodes: node })]
      : [],
  )
  return [...missing, ...validate(schema, document)]
}
