/**
 * Bounds the calls in flight to a service. Other calls wait, up to their own deadlines, and callers
 * take turns: a caller with a thousand waiting calls delays another caller's by one call at a time.
 * A call that answers several callers waits in the line of each. If the queue is full, the caller
 * with the longest line is refused.
 */
import { createFairQueue } from '../../platform/data/fair-queue.ts'
import { timerDelay } from '../../platform/data/timer-delay.ts'
import { CallFailure } from './call/failure.ts'
import type { Reply, Step, Work } from './call/step.ts'

/** A place of a call in the line of a caller. */
interface Place {
  readonly enter: () => void
  /** Refuses the call if this was its last place. */
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
  const waiting = createFairQueue<Place>()

  const admission = ({ call: { context }, deadline, signal, callers = context.callers }: Work): Promise<void> =>
    new Promise((resolve, reject) => {
      const places = new Map<string, Place>()
      const end = (failure?: CallFailure): void => {
        for (const [caller, place] of places) waiting.quit(caller, place)
        stopFollowing?.()
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        if (failure) reject(failure)
        else resolve()
      }
      const join = (caller: string): void => {
        if (places.has(caller)) return
        const refuse = (failure: CallFailure): void => {
          places.delete(caller)
          if (places.size === 0) end(failure)
        }
        const place: Place = { enter: () => end(), refuse }
        // First, because the place that makes room may be this call's in another line.
        places.set(caller, place)
        if (waiting.size < length || makeRoom(caller)) waiting.join(caller, place)
        else places.delete(caller)
      }
      const abort = (): void => end(new CallFailure('cancelled', 'given up while waiting'))
      const timer = setTimeout(
        () => end(new CallFailure('timeout', 'waited in the queue until the deadline')),
        timerDelay(deadline - performance.now()),
      )
      signal?.addEventListener('abort', abort, { once: true })
      join(context.caller())
      const stopFollowing = callers?.follow((other) => join(other()))
      if (places.size === 0) end(full())
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
    // It is counted when it is admitted.
    return admission(work).then(() => next(work).then(succeed, fail))
  }
}
