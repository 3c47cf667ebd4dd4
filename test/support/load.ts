/**
 * Constant load from several clients at once, each waiting for its answer and a little longer
 * before it asks again; counts whatever goes wrong.
 */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Load {
  /** Answers so far. */
  readonly answered: number
  /** What went wrong, in words. */
  readonly failures: readonly string[]
  /**
   * Of a client between an answer and the next request, in milliseconds. Longer while nothing
   * happens that a request could suffer from.
   */
  pause: number
  /** Lets every client finish what it is doing. */
  stop(): Promise<void>
}

/**
 * Milliseconds. A few clients without a pause take all of the CPU from what the test waits for, and
 * from the suites beside it.
 */
export const PAUSE = 10

/** @param once one request; resolves to `undefined` when all is well, else to what is not */
export function startLoad(clients: number, once: () => Promise<string | undefined>): Load {
  const failures: string[] = []
  let answered = 0
  let running = true
  let pause = PAUSE
  const client = async (): Promise<void> => {
    while (running) {
      const failure = await once().catch((error: unknown) => String((error as Error).cause ?? error))
      answered += 1
      if (failure !== undefined) failures.push(failure)
      if (running) await sleep(pause)
    }
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  return {
    get answered() {
      return answered
    },
    failures,
    get pause() {
      return pause
    },
    set pause(milliseconds) {
      pause = milliseconds
    },
    async stop() {
      running = false
      await all
    },
  }
}
