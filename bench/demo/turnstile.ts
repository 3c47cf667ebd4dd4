/**
 * Limits concurrency and sets a minimum service time: a capacity that does not depend on the
 * machine.
 */
import { setTimeout as sleep } from 'node:timers/promises'

type Turnstile = <Value>(work: () => Promise<Value>, isGone: () => boolean) => Promise<Value>

/**
 * A waiting caller that disconnects is rejected, without taking a place. @param milliseconds
 * minimum time for which each holds its place
 */
export function turnstile(slots: number, milliseconds: number): Turnstile {
  const waiting: (() => void)[] = []
  let free = slots
  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else free += 1
  }
  return async (work, isGone) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      if (isGone()) throw new Error('Nobody waits for the answer.')
      const [value] = await Promise.all([work(), sleep(milliseconds)])
      return value
    } finally {
      leave()
    }
  }
}
