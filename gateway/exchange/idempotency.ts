/**
 * Whether a mutation may be sent twice: only if every root field carries the client's idempotency
 * key.
 */
import { type FieldNode, Kind, type OperationDefinitionNode, type ValueNode } from 'graphql'
import { own } from '../../platform/data/own.ts'

type Variables = Readonly<Record<string, unknown>>

const KEY = 'idempotencyKey'

/** Reads root fields only; a fragment at the root counts as "no". */
export function carriesKeys({ operation, selectionSet }: OperationDefinitionNode, variables: Variables): boolean {
  return (
    operation === 'mutation' &&
    selectionSet.selections.every((selection) => selection.kind === Kind.FIELD && hasKey(selection, variables))
  )
}

const hasKey = (field: FieldNode, variables: Variables): boolean =>
  (field.arguments ?? []).some(({ name, value }) =>
    name.value === KEY ? isKey(plain(value, variables)) : isKey(member(value, variables)),
  )

/** The key inside an input object, from a literal or a variable. */
function member(value: ValueNode, variables: Variables): unknown {
  if (value.kind === Kind.OBJECT) {
    const field = value.fields.find(({ name }) => name.value === KEY)
    return field && plain(field.value, variables)
  }
  const given = plain(value, variables)
  return typeof given === 'object' && given !== null ? own(given as Record<string, unknown>, KEY) : undefined
}

function plain(value: ValueNode, variables: Variables): unknown {
  if (value.kind === Kind.VARIABLE) return own(variables, value.name.value)
  return value.kind === Kind.STRING ? value.value : undefined
}

const isKey = (value: unknown): boolean => typeof value === 'string' && value !== ''
