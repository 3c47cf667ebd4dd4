/** Counts what we take from an upstream against what its terms allow, and says no before the upstream has to. */

/** At most `limit` in each span of `seconds`. */
export interface QuotaWindow {
  readonly seconds: number
  readonly limit: number
}

export interface Quota {
  /**
   * Takes `amount` from every window, or from none.
   * @returns 0 when taken, else the seconds until there is room again
   */
  take(amount: number, now: number): number
}

/** Fixed windows: coarser than sliding ones, but countable in one number each, alone or shared between instances. */
export function createQuota(windows: readonly QuotaWindow[]): Quota {
  const used = windows.map(() => ({ window: -1, amount: 0 }))
  return {
    take(amount, now) {
      let wait = 0
      for (const [index, { seconds, limit }] of windows.entries()) {
        const current = Math.floor(now / 1000 / seconds)
        const count = used[index]
        if (!count) continue
        if (count.window !== current) used[index] = { window: current, amount: 0 }
        if ((used[index]?.amount ?? 0) + amount > limit)
          wait = Math.max(wait, Math.ceil((current + 1) * seconds - now / 1000))
      }
      if (wait === 0) for (const count of used) count.amount += amount
      return wait
    },
  }
}
