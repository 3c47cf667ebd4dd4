/** One timer for the deadlines of many: a timer for each call would cost as much as sending it. */
import { timerDelay } from '../../../platform/data/timer-delay.ts'

interface DeadlineTimer {
  /** Fires at this time at the latest. @param time milliseconds of `performance.now()` */
  by(time: number): void
  close(): void
}

/**
 * @param onDue ends whatever is due, and returns when it has to fire again: `Infinity` where
 * nothing is left
 */
export function createDeadlineTimer(onDue: (now: number) => number): DeadlineTimer {
  let timer: NodeJS.Timeout | undefined
  let due = Number.POSITIVE_INFINITY
  const by = (time: number): void => {
    // Nearly all calls of a service have the same time, so that the first of them is the first to
    // be due.
    if (time >= due) return
    clearTimeout(timer)
    due = time
    timer = setTimeout(wake, timerDelay(time - performance.now())).unref()
  }
  const wake = (): void => {
    due = Number.POSITIVE_INFINITY
    by(onDue(performance.now()))
  }
  return { by, close: () => clearTimeout(timer) }
}
