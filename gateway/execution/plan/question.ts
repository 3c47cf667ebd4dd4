/** What a fetch of entities asks, in pieces of which a request can be written that asks several. */
import type { FetchNode } from '@apollo/query-planner'
import { Kind, type Location, parse } from 'graphql'
import type { Question } from '../../traffic/call/send.ts'

export type FetchQuestion = Omit<Question, 'variables'>

/** `undefined` for what has to be asked by itself. */
export function questionOf(node: FetchNode): FetchQuestion | undefined {
  const { operation, operationName, requires, contextRewrites } = node
  if (!requires || contextRewrites) return undefined
  const [definition] = parse(operation).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION || definition.directives?.length) return undefined
  const [entities] = definition.selectionSet.selections
  if (entities?.kind !== Kind.FIELD || !entities.selectionSet) return undefined
  const textAt = ({ loc }: { readonly loc?: Location }): string => operation.slice(loc?.start, loc?.end)
  const own = (definition.variableDefinitions ?? []).filter(({ variable }) => variable.name.value !== 'representations')
  return { operationName, definitions: own.map(textAt), selection: textAt(entities.selectionSet) }
}
