/**
 * Constant load from several concurrent clients, each with a pause between its requests. Collects
 * failures.
 */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Load {
  /** Answers so far. */
  readonly answered: number
  /** What went wrong, in words. */
  readonly failures: readonly string[]
  /**
   * Milliseconds between an answer and the client's next request. Longer in phases that cannot harm
   * a request.
   */
  pause: number
  /** Stops after every client has finished its request. */
  stop(): Promise<void>
}

/**
 * Milliseconds. Without a pause a few clients take all CPU time from the test and from concurrent
 * suites.
 */
export const PAUSE = 10

/** @param once sends one request; resolves to `undefined` on success, else to the failure */
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
