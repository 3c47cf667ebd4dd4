/** Waits for conditions, so that no test waits for a time. */
import { setTimeout as sleep } from 'node:timers/promises'

const PATIENCE = 120 // seconds; machines may be slow

/**
 * Resolves to the first value of `condition` that is neither `undefined` nor `false`, also while
 * the clock is stopped.
 */
export async function until<Value>(
  condition: () => Value | Promise<Value>,
): Promise<Exclude<Value, undefined | false>> {
  const deadline = process.uptime() + PATIENCE
  for (;;) {
    const value = await condition()
    if (value !== undefined && value !== false) return value as Exclude<Value, undefined | false>
    if (process.uptime() > deadline) throw new Error(`Waited in vain until ${condition}`)
    await sleep(5)
  }
}
