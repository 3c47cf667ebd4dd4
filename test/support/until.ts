/** Waits for conditions, so that no test sleeps. */
import { setTimeout as sleep } from 'node:timers/promises'

const TIMEOUT = 120 // seconds; machines may be slow
/**
 * Milliseconds between two checks, growing with the wait: most checks send a request, and two
 * hundred a second would take CPU from the awaited work.
 */
const [SHORTEST, LONGEST] = [5, 20]
const SHARE = 0.02 // of the time waited so far, until the next check

/**
 * Resolves to the first value of `condition` that is neither `undefined` nor `false`, also while
 * the clock is stopped.
 */
export async function until<Value>(
  condition: () => Value | Promise<Value>,
): Promise<Exclude<Value, undefined | false>> {
  const begun = process.uptime()
  for (;;) {
    const value = await condition()
    if (value !== undefined && value !== false) return value as Exclude<Value, undefined | false>
    const waited = process.uptime() - begun
    if (waited > TIMEOUT) throw new Error(`Waited in vain until ${condition}`)
    await sleep(Math.min(Math.max(waited * 1_000 * SHARE, SHORTEST), LONGEST))
  }
}
