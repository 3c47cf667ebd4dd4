/**
 * Counts what we take from an upstream against what its terms allow, and says no before the
 * upstream has to.
 */
import type { Redis } from './redis.ts'

/** At most `limit` in each span of `seconds`. */
export interface QuotaWindow {
  readonly seconds: number
  readonly limit: number
}

export interface Quota {
  /**
   * Takes `amount` from every window, or from none. Resolves to 0 when taken, else to the seconds
   * until there is room again.
   */
  take(amount: number, now: number): Promise<number>
}

interface Count {
  readonly window: number
  readonly used: number
}

/**
 * Fixed windows: each is one number, in memory and, for all instances together, in Redis. Without
 * Redis each instance counts its own.
 * @param name keeps the counts of upstreams apart
 */
export function createQuota(name: string, windows: readonly QuotaWindow[], redis?: Redis): Quota {
  const counts: Count[] = windows.map(() => ({ window: -1, used: 0 }))
  const currentOf = (seconds: number, now: number): number => Math.floor(now / 1000 / seconds)
  const waitFor = (used: readonly number[], now: number): number =>
    Math.max(
      0,
      ...windows.map(({ seconds, limit }, index) =>
        (used[index] ?? 0) > limit ? Math.ceil((currentOf(seconds, now) + 1) * seconds - now / 1000) : 0,
      ),
    )

  const takeShared = async (amount: number, now: number): Promise<number> => {
    if (!redis || windows.length === 0) return 0
    const keys = windows.map(({ seconds }) => `tributary:weather:quota:${name}:${seconds}:${currentOf(seconds, now)}`)
    const used = await redis.use(async (client) => {
      const totals = await Promise.all(keys.map((key) => client.incrBy(key, amount)))
      await Promise.all(keys.map((key, index) => client.expire(key, windows[index]?.seconds ?? 1)))
      return totals
    })
    const wait = waitFor(used ?? [], now)
    if (wait > 0) await redis.use((client) => Promise.all(keys.map((key) => client.decrBy(key, amount))))
    return wait
  }

  const giveBack = (amount: number, taken: readonly Count[]): void => {
    for (const [index, { window, used }] of counts.entries()) {
      if (window === taken[index]?.window) counts[index] = { window, used: used - amount }
    }
  }

  return {
    async take(amount, now) {
      const current = windows.map(({ seconds }, index) => {
        const window = currentOf(seconds, now)
        const count = counts[index]
        return { window, used: amount + (count?.window === window ? count.used : 0) }
      })
      const wait = waitFor(
        current.map(({ used }) => used),
        now,
      )
      if (wait > 0) return wait
      // Counted before the question to Redis: what is asked meanwhile must see it.
      counts.splice(0, counts.length, ...current)
      const sharedWait = await takeShared(amount, now)
      if (sharedWait > 0) giveBack(amount, current)
      return sharedWait
    },
  }
}
