/** Bounds how many lines of one kind the log gets, however often there is something to say. */

/**
 * Asks for one line. `undefined` where it is to be left out, else how many were left out since the
 * last one.
 */
export type TakeLine = () => number | undefined

/** @param interval milliseconds in which there are at most so many `lines` */
export function createLineBudget(lines: number, interval: number): TakeLine {
  let since = Number.NEGATIVE_INFINITY
  let taken = 0
  let leftOut = 0
  return () => {
    const now = performance.now()
    if (now - since >= interval) {
      since = now
      taken = 0
    }
    if (taken === lines) {
      leftOut += 1
      return undefined
    }
    taken += 1
    const before = leftOut
    leftOut = 0
    return before
  }
}
