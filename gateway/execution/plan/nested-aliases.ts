/**
 * Adds the aliases that the planner loses. Where fields of one name cannot be merged it gives one
 * of them an alias, and tells of it in a rewrite of the answer. Below a field with such an alias
 * it misses the fields that need another, and services would refuse the request as not valid.
 */
import type { FetchNode } from '@apollo/query-planner'
import { Kind, print, type SelectionNode, type SelectionSetNode, stripIgnoredCharacters } from 'graphql'
import { FRAGMENT } from './check-fetch.ts'
import { askedOf, operationOf } from './fetch-operation.ts'

export function withNestedAliases(node: FetchNode): FetchNode {
  const { outputRewrites = [] } = node
  // One alias alone is below no other.
  if (outputRewrites.length < 2) return node
  const asked = askedOf(node)
  const aliased = outputRewrites.reduce(
    (set, rewrite) => (rewrite.kind === 'KeyRenamer' ? withAlias(set, rewrite.path, rewrite.renameKeyTo) : set),
    asked,
  )
  if (aliased === asked) return node
  const definition = operationOf(node.operation)
  const [entities] = definition.selectionSet.selections
  const selectionSet =
    node.requires && entities?.kind === Kind.FIELD
      ? { ...definition.selectionSet, selections: [{ ...entities, selectionSet: aliased }] }
      : aliased
  return { ...node, operation: stripIgnoredCharacters(print({ ...definition, selectionSet })) }
}

/**
 * The same set where nothing lacks the alias.
 * @param path to the alias: response names, and fragments as `... on Type`
 */
function withAlias(set: SelectionSetNode, [first = '', ...below]: readonly string[], name: string): SelectionSetNode {
  const change = (selection: SelectionNode): SelectionNode => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return selection
    if (selection.kind === Kind.INLINE_FRAGMENT && !selection.typeCondition)
      return within(selection, [first, ...below], name)
    const step =
      selection.kind === Kind.FIELD
        ? (selection.alias ?? selection.name).value
        : `${FRAGMENT}${selection.typeCondition?.name.value}`
    if (below.length > 0) return step === first ? within(selection, below, name) : selection
    if (selection.kind !== Kind.FIELD || step !== name) return selection
    return { ...selection, alias: { kind: Kind.NAME, value: first } }
  }
  const selections = set.selections.map(change)
  return selections.some((selection, at) => selection !== set.selections[at]) ? { ...set, selections } : set
}

function within<Selection extends SelectionNode>(
  selection: Selection,
  path: readonly string[],
  name: string,
): Selection {
  if (selection.kind === Kind.FRAGMENT_SPREAD || !selection.selectionSet) return selection
  const selectionSet = withAlias(selection.selectionSet, path, name)
  return selectionSet === selection.selectionSet ? selection : { ...selection, selectionSet }
}
