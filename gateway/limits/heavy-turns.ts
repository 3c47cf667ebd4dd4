/**
 * Spreads work that blocks the event loop for milliseconds (reading a new document or a large
 * answer): one piece per turn of the loop, and callers take turns. Small work runs in between. The
 * state is global to the module, as the event loop is to the thread. Beside it,
 * `platform/process/loop-turns.ts` knows no callers, and `subgraphs/shared/admission.ts` also
 * refuses what would wait too long.
 */
import { createFairQueue } from '../../platform/data/fair-queue.ts'

const waiting = createFairQueue<() => void>()
/** True if this turn of the loop has its piece. */
let isTaken = false

/**
 * Call it before a piece of work: start at once if it returns nothing, otherwise once the promise
 * resolves.
 */
export function heavyTurn(caller: string): Promise<void> | undefined {
  if (isTaken) return new Promise((begin) => waiting.join(caller, begin))
  isTaken = true
  // Two turns: the first ends before the loop has polled for input.
  setImmediate(setImmediate, advance)
  return undefined
}

/** The number of a caller's pieces that wait. */
export const waitingForTurn = (caller: string): number => waiting.lengthOf(caller)

function advance(): void {
  const begin = waiting.next()
  isTaken = begin !== undefined
  if (!begin) return
  setImmediate(advance)
  begin()
}
