/** Delays as the timers of Node take them. */

/** A longer one Node would not wait for at all. */
export const LONGEST_TIMER: number = 2 ** 31 - 1 // milliseconds

/**
 * For a delay that was computed: whole, within what timers take, and short where the time has
 * passed already.
 */
export const timerDelay = (milliseconds: number): number =>
  Math.min(Math.max(Math.ceil(milliseconds), 1), LONGEST_TIMER)
