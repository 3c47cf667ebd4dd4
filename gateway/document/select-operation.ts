/** Selects the operation of a document. */
import { type DocumentNode, Kind, type OperationDefinitionNode } from 'graphql'
import { codedError } from '../../platform/protocol/errors.ts'

/** @throws BAD_USER_INPUT if there is no such operation, or several and no name */
export function selectOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
  const [first, ...others] = operations
  if (!first) throw codedError('BAD_USER_INPUT', 'The document has no operation.')
  if (name === undefined) {
    if (others.length === 0) return first
    throw codedError('BAD_USER_INPUT', 'The document has several operations: "operationName" must say which one.')
  }
  const named = operations.find((operation) => operation.name?.value === name)
  if (!named) throw codedError('BAD_USER_INPUT', 'The document has no operation of that name.')
  return named
}
