/**
 * The position of a subscription that can resume: its root field has `after: $variable`, and its
 * events carry a `cursor`, whatever fragments these stand in.
 */
import { type FieldNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'
import { codedError } from '../../platform/protocol/errors.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { type Fragments, selectionsOf } from '../execution/plan/conditions.ts'

export interface Position {
  /** The variable of `after`. */
  readonly variable: string
  /** Reads the cursor from an answer's body. */
  read(body: Buffer): string | undefined
}

/**
 * `undefined` if the operation cannot resume: it has no variable for `after`, or does not select
 * `cursor`.
 */
export function positionOf({ selectionSet }: OperationDefinitionNode, fragments: Fragments): Position | undefined {
  const [field] = fieldsOf(selectionSet, fragments)
  const after = field?.arguments?.find(({ name }) => name.value === 'after')?.value
  const cursor =
    field?.selectionSet && fieldsOf(field.selectionSet, fragments).find(({ name }) => name.value === 'cursor')
  if (after?.kind !== Kind.VARIABLE || !field || !cursor) return undefined
  const [event, key] = [keyOf(field), keyOf(cursor)]
  return {
    variable: after.name.value,
    read(body) {
      const { data } = JSON.parse(body.toString()) as { data: Record<string, Record<string, unknown> | null> | null }
      const found = data?.[event]?.[key]
      return typeof found === 'string' ? found : undefined
    },
  }
}

const fieldsOf = (set: SelectionSetNode, fragments: Fragments): readonly FieldNode[] =>
  [...selectionsOf(set, fragments)].filter((selection) => selection.kind === Kind.FIELD)

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value

/** Characters that survive both a line of an event stream and a header. */
const EVENT_ID = /^[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?$/

/** Whether a cursor can be the id of a server-sent event. */
export const isEventId = (cursor: string): boolean => EVENT_ID.test(cursor)

/**
 * The variables with which to resume after `Last-Event-ID` (HTML standard, section 9.2.4). A client
 * that reconnects repeats its first request otherwise.
 * @throws BAD_USER_INPUT for an id that the gateway never sent
 */
export function resumed(
  variables: Readonly<Record<string, unknown>>,
  position: Position | undefined,
  { request: { headers } }: Exchange,
): Readonly<Record<string, unknown>> {
  const last = headers['last-event-id']
  if (!position || last === undefined || last === '') return variables
  if (typeof last !== 'string' || !isEventId(last))
    throw codedError('BAD_USER_INPUT', '"Last-Event-ID" is not the id of an event.')
  return { ...variables, [position.variable]: last }
}
