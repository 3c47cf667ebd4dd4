/**
 * Runs one piece of work per turn of the event loop, so that other work runs in between. In order
 * of arrival, because it knows no callers: with `gateway/limits/heavy-turns.ts` and
 * `subgraphs/shared/admission.ts` these take turns.
 */

/** Runs the work in its own turn, in order of arrival. */
export type InTurn = (work: () => void) => void

export function createLoopTurns(): InTurn {
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
