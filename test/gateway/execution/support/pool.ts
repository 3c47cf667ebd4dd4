/** What the pool of records keeps between executions. */
import { giveBack, type Tapes, takeTapes } from '../../../../gateway/execution/flat/tapes.ts'

interface Pooled {
  readonly count: number
  /** True if nothing of an execution is left in it. */
  readonly isEmpty: boolean
}

export function lookIntoPool(): Pooled {
  const all: Tapes[] = []
  for (let tapes = takeTapes(); tapes.arenas.length > 0; tapes = takeTapes()) all.push(tapes)
  const isEmpty = all.every(
    ({ arenas, tops }) => tops.length === 0 && arenas.every((arena) => arena.every((word) => word === 0)),
  )
  for (const tapes of all) giveBack(tapes)
  return { count: all.length, isEmpty }
}
