/**
 * Splits the request of an entity fetch into pieces from which a request for several fetches can be
 * written.
 */
import type { FetchNode } from '@apollo/query-planner'
import type { Location } from 'graphql'
import type { Question } from '../../traffic/call/send.ts'
import { askedOf, operationOf } from './fetch-operation.ts'

export type FetchQuestion = Omit<Question, 'variables'>

/** `undefined` for a fetch that must be sent alone. */
export function questionOf(node: FetchNode): FetchQuestion | undefined {
  const { operation, operationName, requires, contextRewrites } = node
  if (!requires || contextRewrites) return undefined
  const { directives, variableDefinitions = [] } = operationOf(operation, false)
  if (directives?.length) return undefined
  const textAt = ({ loc }: { readonly loc?: Location }): string => operation.slice(loc?.start, loc?.end)
  const own = variableDefinitions.filter(({ variable }) => variable.name.value !== 'representations')
  return { operationName, definitions: own.map(textAt), selection: textAt(askedOf(node, false)) }
}
