/** What came of a stream and was not read yet, however it comes. */
import type { CallFailure } from './failure.ts'
import type { ServiceAnswer } from './send.ts'

/** A subscription at one instance. Never reconnects by itself. */
export interface Stream {
  /**
   * The next event, or waits for it; `undefined` once the service has said that it is complete.
   * Rejects with a `CallFailure`: `connection` where the stream ends before that, `cancelled` where
   * the signal is aborted.
   */
  next(): Promise<ServiceAnswer | undefined>
  /** True once the service may have begun: events could be missed if it began elsewhere. */
  hasAnswered(): boolean
  /** Must be called, however it ended. */
  close(): void
}

const MAX_WAITING = 64 // events read ahead of a slow reader before the service is asked to wait

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
    /** The first to say so is believed. */
    end(failure?: CallFailure): void {
      ended ??= failure ? { failure } : {}
      wake()
    },
    isEmpty: () => waiting.length === 0,
    isFull: () => waiting.length >= MAX_WAITING,
    /**
     * What is there, or waits for it; `undefined` at the end. Rejects with the failure it ended in,
     * once all before it was taken.
     */
    async next(): Promise<ServiceAnswer | undefined> {
      while (waiting.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve))
      const answer = waiting.shift()
      if (!answer && ended?.failure) throw ended.failure
      return answer
    },
  }
}
