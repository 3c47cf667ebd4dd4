/** Where a subscription stands, so that it can go on from there: a root field with `after: $variable` whose events carry a `cursor`. */
import { type FieldNode, Kind, type OperationDefinitionNode } from 'graphql'

export interface Position {
  /** The variable that says where to begin. */
  readonly variable: string
  /** The cursor in an answer's data, which is JSON text. */
  read(data: string): string | undefined
}

/** `undefined` where the operation gives no way to go on: it names no variable, or does not ask for the cursor. */
export function positionOf({ selectionSet }: OperationDefinitionNode): Position | undefined {
  const [field, ...others] = selectionSet.selections
  if (field?.kind !== Kind.FIELD || others.length > 0) return undefined
  const after = field.arguments?.find(({ name }) => name.value === 'after')?.value
  const cursor = field.selectionSet?.selections.find(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && selection.name.value === 'cursor',
  )
  if (after?.kind !== Kind.VARIABLE || !cursor) return undefined
  const [event, key] = [keyOf(field), keyOf(cursor)]
  return {
    variable: after.name.value,
    read(data) {
      const found = (JSON.parse(data) as Record<string, Record<string, unknown> | null> | null)?.[event]?.[key]
      return typeof found === 'string' ? found : undefined
    },
  }
}

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value
