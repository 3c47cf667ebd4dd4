/** Pauses between attempts. */

const FIRST = 250 // milliseconds
const LONGEST = 15_000

/**
 * Doubles with each attempt, with jitter, so that clients that failed together do not retry
 * together.
 */
export const backoff = (tries: number, longest = LONGEST): number =>
  Math.min(longest, FIRST * 2 ** tries) * (0.5 + Math.random() / 2)

/**
 * Resolves after a time, when the browser is online again, or when the signal says so; never
 * rejects.
 * @param isIdle true if the wait need not keep a Node process alive
 */
export function wait(milliseconds: number, signal: AbortSignal, isIdle = false): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      removeOnline(end)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    if (isIdle && typeof timer === 'object') (timer as { unref(): void }).unref()
    addOnline(end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}

/** Does nothing in Node, which has no such event. */
export const addOnline = (listener: () => void): void => globalThis.addEventListener?.('online', listener)
export const removeOnline = (listener: () => void): void => globalThis.removeEventListener?.('online', listener)
