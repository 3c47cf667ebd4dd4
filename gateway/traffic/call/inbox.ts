/** Buffers the events of a stream that were not read yet, over any transport. */
import type { CallFailure } from './failure.ts'
import type { ServiceAnswer } from './send.ts'

/** A subscription at one instance. Never reconnects by itself. */
export interface Stream {
  /**
   * Waits for the next event; `undefined` once the service has completed the stream. Rejects with a
   * `CallFailure`: `connection` if the stream ends before that, `cancelled` if the signal is
   * aborted.
   */
  next(): Promise<ServiceAnswer | undefined>
  /** True once the service may have begun: starting elsewhere could miss events. */
  hasAnswered(): boolean
  /** Must always be called. */
  close(): void
}

const MAX_WAITING = 64 // events buffered for a slow reader before reading pauses

export type Inbox = ReturnType<typeof createInbox>

export function createInbox() {
  const waiting: ServiceAnswer[] = []
  let ended: { readonly failure?: CallFailure } | undefined
  let wake: () => void = () => undefined
  let hasAnswered = false
  return {
    answered(): void {
      hasAnswered = true
    },
    hasAnswered: () => hasAnswered,
    push(answer: ServiceAnswer): void {
      waiting.push(answer)
      wake()
    },
    /** The first call counts. */
    end(failure?: CallFailure): void {
      ended ??= failure ? { failure } : {}
      wake()
    },
    isEmpty: () => waiting.length === 0,
    isFull: () => waiting.length >= MAX_WAITING,
    /**
     * Waits for the next event; `undefined` at the end. Rejects with the failure of the stream once
     * all events before it were taken.
     */
    async next(): Promise<ServiceAnswer | undefined> {
      while (waiting.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve))
      const answer = waiting.shift()
      if (!answer && ended?.failure) throw ended.failure
      return answer
    },
  }
}
