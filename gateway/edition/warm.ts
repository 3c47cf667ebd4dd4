/**
 * Warms a new edition: prepares the operations in use, the most used first, some before it serves
 * and the rest at low priority. One at a time, so that a request's own plan waits for at most one
 * other.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../platform/process/log.ts'
import type { OperationInUse } from '../execution/engine.ts'
import type { Edition } from './edition.ts'

export interface Warming {
  /** Resolves once all that fit are ready, or the time is up. Never rejects. */
  readonly ready: Promise<void>
  /** Stops, and returns the operations that are not ready. */
  stop(): readonly OperationInUse[]
}

interface WarmingOptions {
  /** Milliseconds until `ready`; the rest then takes at most half of the planner's time. */
  readonly budget: number
  /** Called with the number left whenever it changes. */
  readonly onLeft: (operations: number) => void
  readonly log: Logger
}

/** @param operations the most used first; those that do not fit the schema are skipped */
export function startWarming(
  edition: Pick<Edition, 'warm' | 'favour' | 'isFull'>,
  operations: readonly OperationInUse[],
  { budget, onLeft, log }: WarmingOptions,
): Warming {
  const stopping = new AbortController()
  const { signal } = stopping
  const pause = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined)
  const deadline = performance.now() + budget
  let done = 0
  let finished = false

  const warmAll = async (): Promise<void> => {
    onLeft(operations.length)
    for (const operation of operations) {
      if (edition.isFull || signal.aborted) break
      const began = performance.now()
      await nextTurn() // requests go first
      await edition.warm(operation).catch((error: unknown) => {
        const { operationName } = operation
        log.debug({ err: error, operationName }, 'an operation in use does not fit the new supergraph')
      })
      if (signal.aborted) break
      done += 1
      onLeft(operations.length - done)
      if (began > deadline) await pause(performance.now() - began)
    }
    if (signal.aborted) return
    finished = true // those that did not fit will not fit the next edition either
    onLeft(0)
  }
  // The most used were warmed first, and so would be evicted first.
  const favour = (): void => {
    for (const operation of operations.slice(0, done).reverse()) edition.favour(operation)
  }
  const all = warmAll().then(favour)
  return {
    ready: Promise.race([all, pause(budget).then(favour)]),
    stop() {
      stopping.abort()
      return finished ? [] : operations.slice(done)
    },
  }
}
