/** The fields to write of an object: for the client's answer, or for a service that needs them. */
import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { type FieldNode, type GraphQLError, type GraphQLOutputType, isNonNullType } from 'graphql'
import type { ObjectShape, SelectionShape } from '../answer/shape.ts'
import { inputsOf } from '../calls/inputs.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { Unsupported } from './unsupported.ts'

export type Wanted =
  | { readonly kind: 'constant'; readonly key: string; readonly value: string }
  | { readonly kind: 'introspection'; readonly key: string; readonly nodes: readonly FieldNode[] }
  /** Null, and why. If the field is not nullable, the object becomes null. */
  | { readonly kind: 'denied'; readonly key: string; readonly mayBeNull: boolean; readonly error: GraphQLError }
  | {
      readonly kind: 'data'
      readonly key: string
      /** Its name in the engine's data. */
      readonly name: string
      /** Its type as the client sees it; `undefined` if any value of the service will do. */
      readonly type: GraphQLOutputType | undefined
      readonly below: WantedBelow | undefined
    }

/** Instead of a key: the object itself is denied. */
const ITSELF = ''

/** Takes the type that an object names, if any; `undefined` for a type that cannot occur here. */
export type WantedBelow = (typename: string | undefined) => readonly Wanted[] | undefined

export function wantedByClient({ type, fields, denied }: ObjectShape): readonly Wanted[] {
  if (denied) return [{ kind: 'denied', key: ITSELF, mayBeNull: false, error: denied }]
  return fields.map(({ responseName: key, value }): Wanted => {
    if (value.kind === 'typename') return { kind: 'constant', key, value: type.name }
    if (value.kind === 'introspection') return { kind: 'introspection', key, nodes: value.nodes }
    if (value.kind === 'denied')
      return { kind: 'denied', key, mayBeNull: !isNonNullType(value.type), error: value.error }
    const { source: name, selection } = value
    return { kind: 'data', key, name, type: value.type, below: selection && belowClient(selection) }
  })
}

/** Returns the same function for the same selection. */
function belowClient(selection: SelectionShape): WantedBelow {
  let below = known.get(selection)
  if (!below) {
    below = (typename) => {
      const shape = selection.of(typename)
      return shape && wantedByClient(shape)
    }
    known.set(selection, below)
  }
  return below
}

const known = new WeakMap<SelectionShape, WantedBelow>()

/**
 * The fields of an object of a type that a service needs.
 * @param sentName its type's name in the service
 */
export function wantedByService(
  selections: readonly QueryPlanSelectionNode[],
  typename: string | undefined,
  types: TypeRelations,
  sentName = typename,
): readonly Wanted[] {
  const inputs = inputsOf(selections, typename, types)
  const keys = new Set(Array.from(inputs.values(), ({ name }) => name))
  if (keys.size < inputs.size) throw new Unsupported('one input with different arguments')
  return Array.from(inputs, ([name, { name: key, below }]): Wanted => {
    if (name === '__typename' && sentName !== undefined) return { kind: 'constant', key, value: sentName }
    const inner = (type: string | undefined) => wantedByService(below, type, types)
    return { kind: 'data', key, name, type: undefined, below: below.length > 0 ? inner : undefined }
  })
}
