/** What a request asks a service for, as a tree that answers are read by. */
import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner'
import { Kind, parse, type SelectionSetNode } from 'graphql'
import { FRAGMENT } from '../plan/check-fetch.ts'

/** The field through which a service answers for entities. */
export const ENTITIES = '_entities'

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
export function selectionOf({ operation, requires, outputRewrites = [] }: FetchNode): Selection {
  const [definition] = parse(operation, { noLocation: true }).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('A fetch has no operation.')
  const above = requires ? [ENTITIES] : []
  const renamers = outputRewrites.map((rewrite) => renamerOf(rewrite, above))
  const whole = selectionFrom(fieldsOf(definition.selectionSet, [], renamers))
  return requires ? (whole.answered.get(ENTITIES)?.below ?? selectionFrom([])) : whole
}

/** The end of an alias that the planner gave a field, whose name has another type elsewhere. */
interface Renamer {
  /** Names in the answer. */
  readonly path: readonly string[]
  readonly name: string
}

const renamerOf = (rewrite: FetchDataRewrite, above: readonly string[]): Renamer => ({
  path: [...above, ...rewrite.path.filter((segment) => !segment.startsWith(FRAGMENT))],
  name: rewrite.kind === 'KeyRenamer' ? rewrite.renameKeyTo : '',
})

const fieldsOf = ({ selections }: SelectionSetNode, on: readonly string[], renamers: readonly Renamer[]): Field[] =>
  selections.flatMap((selection): Field[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return []
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = selection.typeCondition?.name.value
      return fieldsOf(selection.selectionSet, type === undefined ? on : [...on, type], renamers)
    }
    const field = selection.name.value
    const answered = selection.alias?.value ?? field
    const further = renamers
      .filter(({ path }) => path[0] === answered)
      .map(({ path, name }) => ({ path: path.slice(1), name }))
    const name = further.find(({ path }) => path.length === 0)?.name ?? answered
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
