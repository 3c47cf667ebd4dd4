/** What a request asks a service for, as a tree that answers are read by. */
import type { FetchNode } from '@apollo/query-planner'
import { Kind, type SelectionSetNode } from 'graphql'
import { askedOf } from '../plan/fetch-operation.ts'
import { type Renamer, renamed, renamersOf } from './renamers.ts'

export interface Field {
  /** In the engine's data. */
  readonly name: string
  /** In the answer, and in the paths of its errors. */
  readonly answered: string
  /** In the schema. */
  readonly field: string
  /** Types the object must be of, all of them, for the field to be asked for. */
  readonly on: readonly string[]
  /** What is asked of its objects; `undefined` for a leaf. */
  readonly below: Selection | undefined
}

export interface Selection {
  readonly fields: readonly Field[]
  /** By their names in the answer, with all that is asked below one, whatever the type. */
  readonly answered: ReadonlyMap<string, Pick<Field, 'name' | 'below'>>
}

/** What a fetch asks: of the root, or of each entity. */
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
