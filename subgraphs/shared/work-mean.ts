/**
 * Learns how long a request keeps the event loop, with what follows when a database or another
 * thread has answered: the work of the loop by the requests that began meanwhile.
 */

interface WorkMean {
  /** Call it when a request begins. Returns what is expected of it. */
  begin(): number
  /** Milliseconds per request. */
  mean(): number
}

const WINDOW = 50 // milliseconds that are measured together
/** An idle service works on its own account, so a long window with few requests tells nothing. */
const STALE = 4 * WINDOW
const WEIGHT = 0.2 // of the newest value in the mean

/**
 * @param now a monotonic clock, in milliseconds
 * @param worked milliseconds for which the event loop has worked
 */
export function createWorkMean(now: () => number, worked: () => number): WorkMean {
  let mean = 0
  let window: { readonly since: number; readonly workedBefore: number; began: number } | undefined

  const measure = ({ since, workedBefore, began }: NonNullable<typeof window>, at: number): void => {
    const work = worked() - workedBefore
    const isIdle = at - since > STALE && work < (at - since) / 2
    if (!isIdle) mean += (work / began - mean) * WEIGHT
  }

  return {
    begin() {
      const at = now()
      if (window && at - window.since >= WINDOW) {
        measure(window, at)
        window = undefined
      }
      window ??= { since: at, workedBefore: worked(), began: 0 }
      window.began += 1
      return mean
    },
    mean: () => mean,
  }
}
