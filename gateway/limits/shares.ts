/** Counts what each holder has, up to a most. */

export interface Shares<Holder> {
  /** False where the holder has as many as it may. */
  take(holder: Holder): boolean
  /** Must follow each that was taken. */
  giveBack(holder: Holder): void
}

/** @param most `Infinity` counts nothing */
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
