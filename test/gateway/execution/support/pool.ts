/** What the pool of records keeps between executions. */
import { giveBack, type Tapes, takeTapes } from '../../../../gateway/execution/flat/tapes.ts'

interface Pooled {
  readonly count: number
  /** Whether no word of it is left of an execution. */
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
