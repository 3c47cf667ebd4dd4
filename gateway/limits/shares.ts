/** Counts what each holder has taken, up to a maximum. */

interface Shares<Holder> {
  /** False if the holder has the maximum. */
  take(holder: Holder): boolean
  /** Call it once for each `take` that returned true. */
  giveBack(holder: Holder): void
}

/** @param taken what holders have already: others may count it, too */
export const createShares = <Holder>(most: number, taken: Map<Holder, number>): Shares<Holder> =>
  countShares(most, () => false, taken)

/** Never refuses. @param exceeded called for each holder over the maximum */
export function measureShares<Holder>(
  most: number,
  exceeded: (holder: Holder) => void,
  taken: Map<Holder, number>,
): Shares<Holder> {
  const over = (holder: Holder): true => {
    exceeded(holder)
    return true
  }
  return countShares(most, over, taken)
}

/** @param over decides for a holder that has the maximum */
function countShares<Holder>(
  most: number,
  over: (holder: Holder) => boolean,
  taken: Map<Holder, number>,
): Shares<Holder> {
  return {
    take(holder) {
      const count = taken.get(holder) ?? 0
      if (count >= most && !over(holder)) return false
      taken.set(holder, count + 1)
      return true
    },
    giveBack(holder) {
      const count = taken.get(holder) ?? 0
      if (count > 1) taken.set(holder, count - 1)
      else taken.delete(holder)
    },
  }
}
