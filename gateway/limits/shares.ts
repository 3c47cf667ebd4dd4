/** Counts what each holder has taken, up to a maximum. */

interface Shares<Holder> {
  /** False if the holder has the maximum. */
  take(holder: Holder): boolean
  /** Call it once for each `take` that returned true. */
  giveBack(holder: Holder): void
}

/** @param most with `Infinity` nothing is counted */
export function createShares<Holder>(most: number): Shares<Holder> {
  if (!Number.isFinite(most)) return { take: () => true, giveBack: () => undefined }
  const taken = new Map<Holder, number>()
  return {
    take(holder) {
      const count = taken.get(holder) ?? 0
      if (count >= most) return false
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
