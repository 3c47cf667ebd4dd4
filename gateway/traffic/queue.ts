/** Bounds the calls in flight to a service. What does not fit waits, up to its own deadline; what finds the queue full is refused at once. */
import { CallFailure } from './failure.ts'
import type { Signal } from './send.ts'
import type { Reply, Step } from './step.ts'

/**
 * @param concurrency calls in flight at most
 * @param length calls that wait at most
 */
export function queued(next: Step, { concurrency, length }: { concurrency: number; length: number }): Step {
  let free = concurrency
  const waiting = new Set<() => void>()

  const admission = (deadline: number, signal: Signal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (failure?: CallFailure): void => {
        waiting.delete(enter)
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        if (failure) reject(failure)
        else resolve()
      }
      const enter = (): void => end()
      const abort = (): void => end(new CallFailure('cancelled', 'given up while waiting'))
      const timer = setTimeout(
        () => end(new CallFailure('timeout', 'waited in the queue until the deadline')),
        deadline - performance.now(),
      )
      signal?.addEventListener('abort', abort, { once: true })
      waiting.add(enter)
    })

  const leave = (): void => {
    const first = waiting.size === 0 ? undefined : waiting.values().next().value
    if (first) first()
    else free += 1
  }
  const succeed = (reply: Reply): Reply => {
    leave()
    return reply
  }
  const fail = (error: unknown): never => {
    leave()
    throw error
  }

  return (work) => {
    if (free > 0) {
      free -= 1
      return next(work).then(succeed, fail)
    }
    if (waiting.size >= length) return Promise.reject(new CallFailure('overload', `${length} calls wait already`))
    // It takes over the place of the call that ended.
    return admission(work.deadline, work.signal).then(() => next(work).then(succeed, fail))
  }
}
