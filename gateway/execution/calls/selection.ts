/** The selection of a request to a service, as a tree for reading its answer. */
import type { FetchNode } from '@apollo/query-planner'
import { Kind, type SelectionSetNode } from 'graphql'
import { askedOf } from '../plan/fetch-operation.ts'
import { type Renamer, renamed, renamersOf } from './renamers.ts'

export interface Field {
  /** Its name in the engine's data. */
  readonly name: string
  /** Its name in the answer and in the paths of errors. */
  readonly answered: string
  /** Its name in the schema. */
  readonly field: string
  /** The field is selected only for objects that belong to all of these types. */
  readonly on: readonly string[]
  /** The selection of its objects; `undefined` for a leaf. */
  readonly below: Selection | undefined
}

export interface Selection {
  readonly fields: readonly Field[]
  /**
   * Fields keyed by their names in the answer, with everything selected below them for any type.
   */
  readonly answered: ReadonlyMap<string, Pick<Field, 'name' | 'below'>>
}

/** The selection of a fetch: of the root, or of each entity. */
export const selectionOf = (node: FetchNode): Selection => selectionFrom(fieldsOf(askedOf(node), [], renamersOf(node)))

const fieldsOf = ({ selections }: SelectionSetNode, on: readonly string[], renamers: readonly Renamer[]): Field[] =>
  selections.flatMap((selection): Field[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return []
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = selection.typeCondition?.name.value
      return fieldsOf(selection.selectionSet, type === undefined ? on : [...on, type], renamers)
    }
    const field = selection.name.value
    const answered = selection.alias?.value ?? field
    const { name, below: further } = renamed(answered, renamers)
    const below = selection.selectionSet && selectionFrom(fieldsOf(selection.selectionSet, [], further))
    return [{ name, answered, field, on, below }]
  })

export function selectionFrom(fields: readonly Field[]): Selection {
  const alike = Map.groupBy(fields, ({ answered }) => answered)
  const answered = Array.from(alike, ([key, [first, ...others]]) => {
    const below = [first, ...others].flatMap((each) => each?.below ?? [])
    const [only] = below
    return [
      key,
      {
        name: first?.name ?? key,
        below: below.length > 1 ? selectionFrom(below.flatMap((each) => each.fields)) : only,
      },
    ] as const
  })
  return { fields, answered: new Map(answered) }
}
