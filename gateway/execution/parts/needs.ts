/**
 * Which fields the first part of an answer needs, and which each deferred fragment: in the engine's
 * names, whatever the types of the objects are.
 */
import { Kind, type SelectionNode, type SelectionSetNode } from 'graphql'
import type { ClientOperation } from '../plan/client-operation.ts'
import { type ConditionValues, isDeferred, isIncluded } from '../plan/conditions.ts'
import type { InternalNames } from '../plan/internal-names.ts'

/** Of a field: the names from the root to it. */
export type FieldKey = string

/** The key of a field of the object at another. */
export const below = (key: FieldKey, name: string): FieldKey => `${key}/${name}`

/** The key for whether there is an object, whatever is in it. */
export const existence = (key: FieldKey): FieldKey => `${key}{`

export const ROOT: FieldKey = ''

export interface Needs {
  readonly first: ReadonlySet<FieldKey>
  /** By the fragments of the client's document, wherever they stand. */
  readonly parts: ReadonlyMap<SelectionNode, ReadonlySet<FieldKey>>
}

export function needsOf(
  { definition, fragments }: ClientOperation,
  values: ConditionValues,
  names: InternalNames,
): Needs {
  const parts = new Map<SelectionNode, Set<FieldKey>>()
  /** Fragments that were taken in, with their places: a second time they add nothing. */
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
        // Denied, about the schema, or of a type that no object here has.
        if (name === undefined) continue
        const own = below(key, name)
        if (selection.selectionSet) {
          const { selections } = selection.selectionSet
          const before = into.size
          collect(selection.selectionSet, own, into)
          // What the object really is decides which fragments apply.
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
