/**
 * Stops the clock of this process. Deadlines, pauses and intervals pass when the test says so, and
 * never because the machine is slow. Sockets, other processes, `node:timers/promises` and
 * `AbortSignal.timeout` continue.
 */
import { jest } from '@jest/globals'

export interface StoppedClock extends Disposable {
  /** Advances the clock, and fires all timers that are due. */
  step(milliseconds: number): Promise<void>
  /** Timers that have not fired yet. */
  readonly timers: number
}

/** Call it before anything reads the clock. Disposing of it restarts the clock. */
export function stopClock(now = Date.now()): StoppedClock {
  jest.useFakeTimers({
    now,
    doNotFake: ['hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
  })
  return {
    step: (milliseconds) => jest.advanceTimersByTimeAsync(milliseconds),
    get timers() {
      return jest.getTimerCount()
    },
    [Symbol.dispose]: () => void jest.useRealTimers(),
  }
}

interface StoppedDates extends Disposable {
  step(milliseconds: number): void
}

/** Stops dates only: timers continue, as does everything made before. */
export function stopDates(): StoppedDates {
  let now = Date.now()
  jest.useFakeTimers({
    now,
    doNotFake: [
      ...['hrtime', 'nextTick', 'performance', 'queueMicrotask'],
      ...['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
    ] as const,
  })
  return {
    step(milliseconds) {
      now += milliseconds
      jest.setSystemTime(now)
    },
    [Symbol.dispose]: () => void jest.useRealTimers(),
  }
}
