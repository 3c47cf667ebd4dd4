/** Reduces a fetch of entities to fewer fields. */
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { Kind, type SelectionNode, type SelectionSetNode } from 'graphql'
import type { Field } from '../calls/selection.ts'
import { operationOf, withOperation } from '../plan/fetch-operation.ts'

/**
 * The fetch with the kept fields and inputs, and without variables that only the others used;
 * `undefined` if no field is left.
 */
export function withFields(
  node: FetchNode,
  keepsField: (field: Pick<Field, 'on' | 'field' | 'answered'>) => boolean,
  keepsInput: (input: string) => boolean,
): FetchNode | undefined {
  const definition = operationOf(node.operation)
  const keep = (set: SelectionSetNode, on: readonly string[]): SelectionSetNode | undefined => {
    const selections = set.selections.flatMap((each): SelectionNode[] => {
      if (each.kind === Kind.FIELD) {
        const answered = (each.alias ?? each.name).value
        return keepsField({ on, field: each.name.value, answered }) ? [each] : []
      }
      if (each.kind !== Kind.INLINE_FRAGMENT) return [each]
      const kept = keep(each.selectionSet, each.typeCondition ? [each.typeCondition.name.value] : on)
      return kept ? [{ ...each, selectionSet: kept }] : []
    })
    const asks = selections.some((each) => each.kind !== Kind.FIELD || each.name.value !== '__typename')
    return asks ? { ...set, selections } : undefined
  }
  const [entities] = definition.selectionSet.selections
  const kept = entities?.kind === Kind.FIELD && entities.selectionSet && keep(entities.selectionSet, [])
  if (!kept) return undefined
  const selections = [{ ...entities, selectionSet: kept }]
  const smaller = { ...definition, selectionSet: { ...definition.selectionSet, selections } }
  return { ...withOperation(node, smaller), requires: withInputs(node.requires ?? [], keepsInput) }
}

const withInputs = (
  nodes: readonly QueryPlanSelectionNode[],
  keeps: (input: string) => boolean,
): QueryPlanSelectionNode[] =>
  nodes.flatMap((node): QueryPlanSelectionNode[] => {
    if (node.kind === 'Field') return keeps(node.alias ?? node.name) ? [node] : []
    return [{ ...node, selections: withInputs(node.selections, keeps) }]
  })
