/** Who uses what: operations that were written, and use that was recorded. Pure. */
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
  /** Of a client that sent it, or whose manifest lists it. */
  readonly client?: string | undefined
  readonly version?: string | undefined
  /** The contract variant by whose path it comes; `undefined` for the whole schema. */
  readonly variant?: string | undefined
  /** How often it was sent, and the days of the first and last time, where that was recorded. */
  readonly requests?: number | undefined
  readonly first?: string | undefined
  readonly last?: string | undefined
  /** How many of the requests use a coordinate, where that was not every one. */
  readonly given?: ReadonlyMap<string, number> | undefined
  readonly place?: Place | undefined
  /** With the place in the operation, where it was written. */
  readonly uses: ReadonlyMap<string, Place | undefined>
  /** Arguments and input fields of these that some requests leave out. */
  readonly omits?: ReadonlySet<string>
  /** Whether it is valid in the new schema; `undefined` where that is not known. */
  readonly isValid?: boolean
}

/** @param before the schema that it was written for */
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
