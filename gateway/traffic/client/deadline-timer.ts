/** One timer for many deadlines: a timer for each call would cost as much as sending it. */
import { timerDelay } from '../../../platform/data/timer-delay.ts'

interface DeadlineTimer {
  /** Makes it fire at this time at the latest. @param time milliseconds of `performance.now()` */
  by(time: number): void
  close(): void
}

/**
 * @param onDue ends everything due, and returns when to fire again; `Infinity` if nothing is left
 */
export function createDeadlineTimer(onDue: (now: number) => number): DeadlineTimer {
  let timer: NodeJS.Timeout | undefined
  let due = Number.POSITIVE_INFINITY
  const by = (time: number): void => {
    // Nearly all calls of a service take the same time, so the first is usually the first to be
    // due.
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
