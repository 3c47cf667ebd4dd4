/**
 * Whether a mutation may be sent twice: only if every root field carries the client's idempotency
 * key.
 */
import { type DocumentNode, type FieldNode, Kind, type OperationDefinitionNode, type ValueNode } from 'graphql'
import { own } from '../../platform/data/own.ts'
import { fragmentsOf, selectionsOf } from '../execution/plan/conditions.ts'

/** An operation and the document that has its fragments. */
export interface OperationInDocument {
  readonly definition: OperationDefinitionNode
  readonly document: { readonly node: DocumentNode }
}

type Variables = Readonly<Record<string, unknown>>

const KEY = 'idempotencyKey'

/** A default value of a variable counts as no key. */
export function carriesKeys({ definition, document }: OperationInDocument, variables: Variables): boolean {
  if (definition.operation !== 'mutation') return false
  for (const selection of selectionsOf(definition.selectionSet, fragmentsOf(document.node)))
    if (selection.kind === Kind.FIELD && selection.name.value !== '__typename' && !hasKey(selection, variables))
      return false
  return true
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
