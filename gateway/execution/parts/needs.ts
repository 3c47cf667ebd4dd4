/**
 * Finds the fields that the first part of an answer needs, and those that each deferred fragment
 * needs: in the engine's names, for any types of the objects.
 */
import { Kind, type SelectionNode, type SelectionSetNode } from 'graphql'
import type { ClientOperation } from '../plan/client-operation.ts'
import { type ConditionValues, isDeferred, isIncluded } from '../plan/conditions.ts'
import type { InternalNames } from '../plan/internal-names.ts'

/** Identifies a field by the names from the root to it. */
export type FieldKey = string

/** The key of a field of the object at another key. */
export const below = (key: FieldKey, name: string): FieldKey => `${key}/${name}`

/** The key for the existence of an object. */
export const existence = (key: FieldKey): FieldKey => `${key}{`

export const ROOT: FieldKey = ''

export interface Needs {
  readonly first: ReadonlySet<FieldKey>
  /** Keyed by the fragments of the client's document. */
  readonly parts: ReadonlyMap<SelectionNode, ReadonlySet<FieldKey>>
}

export function needsOf(
  { definition, fragments }: ClientOperation,
  values: ConditionValues,
  names: InternalNames,
): Needs {
  const parts = new Map<SelectionNode, Set<FieldKey>>()
  /** Fragments already visited, with their places: a second visit adds nothing. */
  const taken = new WeakMap<ReadonlySet<FieldKey>, Set<string>>()

  const isTaken = (into: ReadonlySet<FieldKey>, fragment: string, key: FieldKey): boolean => {
    const known = taken.get(into) ?? new Set()
    taken.set(into, known)
    return known.size === known.add(`${fragment} ${key}`).size
  }

  const collect = ({ selections }: SelectionSetNode, key: FieldKey, into: Set<FieldKey>): void => {
    for (const selection of selections) {
      if (!isIncluded(selection, values)) continue
      if (selection.kind === Kind.FIELD) {
        const name = names.find(selection)
        if (selection.name.value === '__typename') into.add(existence(key))
        // The field is denied, is introspection, or belongs to a type that no object here has.
        if (name === undefined) continue
        const own = below(key, name)
        if (selection.selectionSet) {
          const { selections } = selection.selectionSet
          const before = into.size
          collect(selection.selectionSet, own, into)
          // The concrete type of the object decides which fragments apply.
          const isOpen = selections.some(({ kind }) => kind !== Kind.FIELD)
          if (isOpen || into.size === before) into.add(existence(own))
        } else into.add(own)
        continue
      }
      const isSpread = selection.kind === Kind.FRAGMENT_SPREAD
      const body = isSpread ? fragments.get(selection.name.value)?.selectionSet : selection.selectionSet
      if (!body) continue
      const isLater = isDeferred(selection, values)
      const target = isLater ? (parts.get(selection) ?? new Set<FieldKey>()) : into
      if (isLater) parts.set(selection, target)
      const name = isSpread ? selection.name.value : ''
      if ((isSpread || isLater) && isTaken(target, name, key)) continue
      collect(body, key, target)
    }
  }

  const first = new Set<FieldKey>()
  collect(definition.selectionSet, ROOT, first)
  first.delete(existence(ROOT))
  return { first, parts }
}
