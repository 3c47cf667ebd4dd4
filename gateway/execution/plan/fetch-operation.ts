/** The operation that a fetch sends; `check-fetch.ts` has checked it. */
import type { FetchNode } from '@apollo/query-planner'
import {
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type VariableNode,
  visit,
} from 'graphql'
import { PlanShapeError } from './shape-error.ts'

/** The field through which a service answers for entities. */
export const ENTITIES = '_entities'

/** The first definition of a text. @throws PlanShapeError if it is no operation */
export function operationOf(text: string, noLocation = true): OperationDefinitionNode {
  const [definition] = parse(text, { noLocation }).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new PlanShapeError('a text without an operation')
  return definition
}

/** The selection of a fetch: of the root, or of each entity. */
export function askedOf({ operation, requires }: FetchNode, noLocation = true): SelectionSetNode {
  const { selectionSet } = operationOf(operation, noLocation)
  if (!requires) return selectionSet
  const [entities] = selectionSet.selections
  if (entities?.kind !== Kind.FIELD || !entities.selectionSet) throw new PlanShapeError('a request without entities')
  return entities.selectionSet
}

/** The fetch with a smaller operation, and without variables that this does not use. */
export function withOperation(node: FetchNode, smaller: OperationDefinitionNode): FetchNode {
  const used = new Set<string>()
  visit({ ...smaller, variableDefinitions: [] }, { Variable: ({ name }: VariableNode) => void used.add(name.value) })
  const variableDefinitions = (smaller.variableDefinitions ?? []).filter(({ variable }) =>
    used.has(variable.name.value),
  )
  return {
    ...node,
    operation: stripIgnoredCharacters(print({ ...smaller, variableDefinitions })),
    variableUsages: (node.variableUsages ?? []).filter((name) => used.has(name)),
  }
}
