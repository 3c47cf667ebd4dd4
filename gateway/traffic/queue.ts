/**
 * Bounds the calls in flight to a service. Other calls wait, up to their own deadlines, and callers
 * take turns: a caller with a thousand waiting calls delays another caller's by one call at a time.
 * If the queue is full, the caller with the longest line is refused.
 */
import { createFairQueue } from '../../platform/data/fair-queue.ts'
import { timerDelay } from '../../platform/data/timer-delay.ts'
import { CallFailure } from './call/failure.ts'
import type { Signal } from './call/send.ts'
import type { Reply, Step } from './call/step.ts'

interface Waiting {
  readonly enter: () => void
  readonly refuse: (failure: CallFailure) => void
}

interface QueueBounds {
  /** Maximum calls in flight; may change with the number of instances. */
  readonly concurrency: number
  /** Maximum waiting calls. */
  readonly length: number
}

export function queued(next: Step, bounds: QueueBounds): Step {
  const { length } = bounds
  let running = 0
  const waiting = createFairQueue<Waiting>()

  const admission = (caller: string, deadline: number, signal: Signal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (failure?: CallFailure): void => {
        waiting.quit(caller, one)
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        if (failure) reject(failure)
        else resolve()
      }
      const one: Waiting = { enter: () => end(), refuse: end }
      const abort = (): void => end(new CallFailure('cancelled', 'given up while waiting'))
      const timer = setTimeout(
        () => end(new CallFailure('timeout', 'waited in the queue until the deadline')),
        timerDelay(deadline - performance.now()),
      )
      signal?.addEventListener('abort', abort, { once: true })
      waiting.join(caller, one)
    })

  const leave = (): void => {
    running -= 1
    while (running < bounds.concurrency) {
      const first = waiting.next()
      if (!first) return
      running += 1
      first.enter()
    }
  }
  const succeed = (reply: Reply): Reply => {
    leave()
    return reply
  }
  const fail = (error: unknown): never => {
    leave()
    throw error
  }

  /** False if nobody has more calls waiting than this caller, who is then refused. */
  const makeRoom = (caller: string): boolean => {
    const last = waiting.takeFromLonger(caller)
    last?.refuse(full())
    return last !== undefined
  }
  const full = (): CallFailure => new CallFailure('overload', `${length} calls wait already`)

  return (work) => {
    if (running < bounds.concurrency) {
      running += 1
      return next(work).then(succeed, fail)
    }
    const caller = work.call.context.caller()
    if (waiting.size >= length && !makeRoom(caller)) return Promise.reject(full())
    // It is counted when it is admitted.
    return admission(caller, work.deadline, work.signal).then(() => next(work).then(succeed, fail))
  }
}
