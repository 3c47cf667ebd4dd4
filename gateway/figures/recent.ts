/** Counts of each of the last seconds, in a ring, so that no timer is needed. */

/** Whole seconds that the recent figures cover. */
export const RECENT = 10

const SLOTS = RECENT + 1 // with the second that has not ended

interface Recent {
  /**
   * Adds to one of this second's cells.
   * @param now in milliseconds of `performance.now()`
   */
  add(cell: number, count: number, now: number): void
  /** The sum of each cell over the last whole seconds. */
  sums(now: number): number[]
}

/** @param width cells of a second */
export function createRecent(width: number): Recent {
  const cells = new Uint32Array(width * SLOTS)
  let last = 0
  let at = 0
  const turnTo = (second: number): void => {
    for (let next = Math.max(last, second - SLOTS) + 1; next <= second; next += 1) {
      const slot = (next % SLOTS) * width
      cells.fill(0, slot, slot + width)
    }
    last = second
    at = (second % SLOTS) * width
  }
  const turn = (now: number): void => {
    const second = Math.floor(now / 1000)
    if (second > last) turnTo(second)
  }
  return {
    add(cell, count, now) {
      turn(now)
      cells[at + cell] = (cells[at + cell] as number) + count
    },
    sums(now) {
      turn(now)
      const sums = new Array<number>(width).fill(0)
      for (let slot = 0; slot < cells.length; slot += width) {
        if (slot === at) continue
        for (let cell = 0; cell < width; cell += 1) sums[cell] = (sums[cell] as number) + (cells[slot + cell] as number)
      }
      return sums
    },
  }
}

/** How often something happened: in all, and recently. */
export interface Tally {
  /** @param now in milliseconds of `performance.now()` */
  add(count: number, now?: number): void
  readonly total: number
  recent(now: number): number
}

export function createTally(): Tally {
  const recent = createRecent(1)
  let total = 0
  return {
    add(count, now = performance.now()) {
      total += count
      recent.add(0, count, now)
    },
    get total() {
      return total
    },
    recent: (now) => recent.sums(now)[0] as number,
  }
}
