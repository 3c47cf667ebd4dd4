/**
 * Makes a new edition as quick as the one before: operations in use are made ready on it, the most
 * used first, some before it serves and the others behind requests. One at a time, so that a
 * request's own plan waits for one other at most.
 */
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../platform/process/log.ts'
import type { OperationInUse } from '../execution/engine.ts'
import type { Edition } from './edition.ts'

export interface Warming {
  /** Resolves when all that fit are ready, or the time is over. Never rejects. */
  readonly ready: Promise<void>
  /** Ends it and gives back what is not ready. */
  stop(): readonly OperationInUse[]
}

export interface WarmingOptions {
  /** Milliseconds until `ready`; what is left then takes half of the planner's time at most. */
  readonly budget: number
  /** Told how many are left whenever that changes. */
  readonly onLeft: (operations: number) => void
  readonly log: Logger
}

/**
 * @param operations the most used first; what does not fit the schema is left out: whoever sends it
 * is told so then
 */
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
      await breathe() // requests go first
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
    finished = true // what did not fit would not fit the next one either
    onLeft(0)
  }
  // The most used came first and would be the first to be pushed out.
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
