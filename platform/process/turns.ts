/**
 * Lets pieces of work run one in each turn of the event loop, so that whoever else waits is served
 * in between.
 */

/** Runs the work in a turn of its own, the first to come first. */
export type InTurn = (work: () => void) => void

export function createTurns(): InTurn {
  const waiting: (() => void)[] = []
  const next = (): void => {
    const work = waiting.shift()
    if (waiting.length > 0) setImmediate(next)
    work?.()
  }
  return (work) => {
    if (waiting.push(work) === 1) setImmediate(next)
  }
}
