/**
 * Spreads work that holds the event loop for milliseconds (reading a new document, a large answer):
 * one piece in each turn of the loop, and callers take turns. Between two pieces whatever is small
 * gets through. Its state is the module's, as the event loop is the thread's.
 */
import { createFairQueue } from '../../platform/data/fair-queue.ts'

const waiting = createFairQueue<() => void>()
/** This turn of the loop has its piece. */
let isTaken = false

/** What follows is one piece of work: at once where nothing is returned, else when that resolves. */
export function loopTurn(caller: string): Promise<void> | undefined {
  if (isTaken) return new Promise((begin) => waiting.join(caller, begin))
  isTaken = true
  // The first to come is over before the loop has looked for input again.
  setImmediate(setImmediate, advance)
  return undefined
}

/** Pieces of a caller that wait for their turn. */
export const waitingForLoop = (caller: string): number => waiting.lengthOf(caller)

function advance(): void {
  const begin = waiting.next()
  isTaken = begin !== undefined
  if (!begin) return
  setImmediate(advance)
  begin()
}
