/**
 * Holds the time of this process still. Deadlines, pauses and intervals pass when the test says so,
 * and never because the machine is slow. Sockets, other processes, `node:timers/promises` and
 * `AbortSignal.timeout` go on.
 */
import { jest } from '@jest/globals'

export interface StoppedClock extends Disposable {
  /** Lets so many milliseconds pass, and rings all timers that are due. */
  step(milliseconds: number): Promise<void>
  /** Timers that have not rung yet. */
  readonly timers: number
}

/** Call it before anything is made that reads the clock. Disposing of it lets the time go on. */
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

/** Holds dates alone: timers go on, and so does whatever was made before. */
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
