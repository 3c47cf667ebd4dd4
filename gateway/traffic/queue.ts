/**
 * Bounds the calls in flight to a service. What does not fit waits, up to its own deadline, and callers take turns: one with a thousand waiting
 * calls delays another's by one call at a time. Where the queue is full, the caller with the longest line is refused.
 */
import { CallFailure } from './failure.ts'
import type { Signal } from './send.ts'
import type { Reply, Step } from './step.ts'

interface Waiting {
  readonly enter: () => void
  readonly refuse: (failure: CallFailure) => void
}

type Line = Set<Waiting>

/**
 * @param concurrency calls in flight at most
 * @param length calls that wait at most
 */
export function queued(next: Step, { concurrency, length }: { concurrency: number; length: number }): Step {
  let free = concurrency
  let count = 0
  /** By caller, whose turn it is first. No line is empty. */
  const lines = new Map<string, Line>()

  const join = (caller: string, one: Waiting): void => {
    const line = lines.get(caller)
    if (line) line.add(one)
    else lines.set(caller, new Set([one]))
    count += 1
  }
  const quit = (caller: string, one: Waiting): void => {
    const line = lines.get(caller)
    if (!line?.delete(one)) return
    count -= 1
    if (line.size === 0) lines.delete(caller)
  }

  const admission = (caller: string, deadline: number, signal: Signal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (failure?: CallFailure): void => {
        quit(caller, one)
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        if (failure) reject(failure)
        else resolve()
      }
      const one: Waiting = { enter: () => end(), refuse: end }
      const abort = (): void => end(new CallFailure('cancelled', 'given up while waiting'))
      const timer = setTimeout(
        () => end(new CallFailure('timeout', 'waited in the queue until the deadline')),
        deadline - performance.now(),
      )
      signal?.addEventListener('abort', abort, { once: true })
      join(caller, one)
    })

  const leave = (): void => {
    const [turn] = lines
    if (!turn) {
      free += 1
      return
    }
    const [caller, line] = turn
    const [first] = line
    first?.enter()
    // It was this caller's turn: the next is another's.
    if (lines.delete(caller) && line.size > 0) lines.set(caller, line)
  }
  const succeed = (reply: Reply): Reply => {
    leave()
    return reply
  }
  const fail = (error: unknown): never => {
    leave()
    throw error
  }

  /** False where nobody has a longer line than this caller, who is refused then. */
  const makeRoom = (caller: string): boolean => {
    let longest = lines.get(caller)
    const own = longest?.size ?? 0
    for (const line of lines.values()) if (line.size > (longest?.size ?? 0)) longest = line
    // With one call more than the newcomer's line, both would change places for ever.
    if (!longest || longest.size <= own + 1) return false
    const last = [...longest].at(-1)
    last?.refuse(full())
    return true
  }
  const full = (): CallFailure => new CallFailure('overload', `${length} calls wait already`)

  return (work) => {
    if (free > 0) {
      free -= 1
      return next(work).then(succeed, fail)
    }
    const caller = work.call.context.caller()
    if (count >= length && !makeRoom(caller)) return Promise.reject(full())
    // It takes over the place of the call that ended.
    return admission(caller, work.deadline, work.signal).then(() => next(work).then(succeed, fail))
  }
}
