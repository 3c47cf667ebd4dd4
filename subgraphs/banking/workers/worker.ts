/**
 * Background work, in rounds. Several instances may find the same work. What goes through the
 * ledger has a key of its own there, so that it happens once; the rest locks its rows, or may
 * happen twice.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../../platform/process/log.ts'

export interface Worker {
  /** Resolves when the round in progress has ended. */
  stop(): Promise<void>
}

interface WorkerOptions {
  readonly name: string
  readonly log: Logger
  /**
   * Does the due work; resolves to true if there may be more at once. A rejection is logged, and
   * the round repeated.
   */
  round(): Promise<boolean>
  /** Milliseconds between rounds that found nothing. */
  readonly pause: number
  /** True while another instance does this work: its rounds are left out here. */
  readonly isElsewhere?: () => boolean
}

export function startWorker({ name, log, round, pause, isElsewhere }: WorkerOptions): Worker {
  const stopping = new AbortController()
  const { signal } = stopping
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const more = isElsewhere?.()
        ? false
        : await round().catch((error: unknown) => {
            if (!signal.aborted) log.warn({ err: error, worker: name }, 'a round of work failed; it is tried again')
            return false
          })
      // The sleep rejects when the worker is stopped.
      if (!more) await sleep(pause, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}
