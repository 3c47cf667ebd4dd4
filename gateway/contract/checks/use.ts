/** Who uses what: written operations, and recorded use. Pure. */
import type { GraphQLSchema, OperationTypeNode } from 'graphql'
import { type Place, placeOf } from '../../composition/remark.ts'
import { visitUses } from '../../usage/coordinates.ts'
import type { WrittenOperation } from '../sources/operation-files.ts'
import { faultsOf } from './validate.ts'

/** An operation and the coordinates that it uses. */
export interface Use {
  /** `undefined` for one without a name. */
  readonly operation: string | undefined
  readonly kind: OperationTypeNode
  /** The client that sent it, or whose manifest lists it. */
  readonly client?: string | undefined
  readonly version?: string | undefined
  /** The contract variant on whose path it is sent; `undefined` for the whole schema. */
  readonly variant?: string | undefined
  /** How often it was sent, with the first and last day, if recorded. */
  readonly requests?: number | undefined
  readonly first?: string | undefined
  readonly last?: string | undefined
  /** How many requests use a coordinate, if not all do. */
  readonly given?: ReadonlyMap<string, number> | undefined
  readonly place?: Place | undefined
  /** Used coordinates, with the place in a written operation. */
  readonly uses: ReadonlyMap<string, Place | undefined>
  /** Optional arguments and input fields that some requests leave out. */
  readonly omits?: ReadonlySet<string>
  /** Whether it is valid in the new schema; `undefined` if unknown. */
  readonly isValid?: boolean
}

/** @param before the schema for which it was written */
export function useOf(written: WrittenOperation, before: GraphQLSchema, after: GraphQLSchema): Use {
  const uses = new Map<string, Place | undefined>()
  const omits = new Set<string>()
  visitUses(written.definition, {
    schema: before,
    fragments: written.fragments,
    guessVariables: true,
    onUse: (coordinate, node) => {
      if (!uses.has(coordinate)) uses.set(coordinate, placeOf(node))
    },
    onOmit: (coordinate) => omits.add(coordinate),
  })
  return {
    operation: written.name,
    kind: written.definition.operation,
    client: written.client,
    place: written.place,
    uses,
    omits,
    isValid: faultsOf(after, written.document).length === 0,
  }
}
