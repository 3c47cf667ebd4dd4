/** Bounds the calls in flight to a service. What does not fit waits, up to its own deadline; what finds the queue full is refused at once. */
import { CallFailure } from './failure.ts'
import type { Signal } from './send.ts'
import type { Step } from './step.ts'

/**
 * @param concurrency calls in flight at most
 * @param length calls that wait at most
 */
export function queued(next: Step, { concurrency, length }: { concurrency: number; length: number }): Step {
  let free = concurrency
  const waiting = new Set<() => void>()

  const admission = (deadline: number, signal: Signal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (failure?: CallFailure): void => {
        waiting.delete(enter)
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        if (failure) reject(failure)
        else resolve()
      }
      const enter = (): void => leave()
      const abort = (): void => leave(new CallFailure('cancelled', 'given up while waiting'))
      const timer = setTimeout(
        () => leave(new CallFailure('timeout', 'waited in the queue until the deadline')),
        deadline - performance.now(),
      )
      signal?.addEventListener('abort', abort, { once: true })
      waiting.add(enter)
    })

  return async (work) => {
    if (free === 0) {
      if (waiting.size >= length) throw new CallFailure('overload', `${length} calls wait already`)
      await admission(work.deadline, work.signal) // takes over the place of the call that ended
    } else free -= 1
    try {
      return await next(work)
    } finally {
      const first = waiting.size === 0 ? undefined : waiting.values().next().value
      if (first) first()
      else free += 1
    }
  }
}
