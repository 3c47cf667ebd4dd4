/**
 * The position of a subscription that can resume: its root field has `after: $variable`, and its
 * events carry a `cursor`, whatever fragments these stand in.
 */
import { type FieldNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'
import { codedError } from '../../platform/protocol/errors.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Fragments } from '../execution/plan/conditions.ts'

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
  const field = fieldIn(selectionSet, fragments, () => true)
  const after = field?.arguments?.find(({ name }) => name.value === 'after')?.value
  const cursor = field?.selectionSet && fieldIn(field.selectionSet, fragments, ({ name }) => name.value === 'cursor')
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

/** The first such field of an object, in whichever fragment it stands. */
function fieldIn(
  { selections }: SelectionSetNode,
  fragments: Fragments,
  isWanted: (field: FieldNode) => boolean,
  seen: Set<string> = new Set(),
): FieldNode | undefined {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      if (isWanted(selection)) return selection
      continue
    }
    const name = selection.kind === Kind.FRAGMENT_SPREAD ? selection.name.value : undefined
    if (name !== undefined && seen.size === seen.add(name).size) continue
    const set =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? fragments.get(selection.name.value)?.selectionSet
        : selection.selectionSet
    const found = set && fieldIn(set, fragments, isWanted, seen)
    if (found) return found
  }
  return undefined
}

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
