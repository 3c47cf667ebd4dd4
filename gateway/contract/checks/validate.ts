/**
 * Validates like the gateway: graphql-js accepts an operation of a kind that the schema does not
 * have.
 */
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, validate } from 'graphql'

export function faultsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const ofSchema = known.get(schema) ?? new WeakMap()
  known.set(schema, ofSchema)
  const faults = ofSchema.get(document) ?? findFaults(schema, document)
  ofSchema.set(document, faults)
  return faults
}

/** Several checks validate the same documents. */
const known = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, readonly GraphQLError[]>>()

function findFaults(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const missing = document.definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION && !schema.getRootType(node.operation)
      ? [new GraphQLError(`The schema has no ${node.operation}.`, { nodes: node })]
      : [],
  )
  return [...missing, ...validate(schema, document)]
}
