/**
 * Gives each mutation its own key: Graphcache never answers the second of two equal mutations in
 * flight.
 */
import { type Exchange, makeOperation, type Operation } from '@urql/core'
import { map, pipe } from 'wonka'

/** Above all keys of urql, which are hashes of 32 bits. */
const FIRST = 2 ** 32

export const distinctMutations: Exchange = ({ forward }) => {
  let next = FIRST
  const originals = new Map<number, Operation>()
  const distinct = (operation: Operation): Operation => {
    if (operation.kind !== 'mutation') return operation
    next += 1
    originals.set(next, operation)
    return makeOperation('mutation', { ...operation, key: next }, operation.context)
  }
  return (operations) =>
    pipe(
      operations,
      map(distinct),
      forward,
      map((result) => {
        const original = originals.get(result.operation.key)
        if (!original) return result
        if (!result.hasNext) originals.delete(result.operation.key)
        return { ...result, operation: original }
      }),
    )
}
