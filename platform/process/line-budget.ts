/** Bounds how many log lines of one kind are written. */

/**
 * Asks to write one line. `undefined` means leave it out; otherwise the number left out since the
 * last line.
 */
type TakeLine = () => number | undefined

/** @param interval milliseconds in which at most `lines` are written */
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
