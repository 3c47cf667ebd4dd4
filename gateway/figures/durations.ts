/**
 * Durations and failures of something: in total for Prometheus, and of the last seconds for people.
 * Recording takes some tens of nanoseconds.
 */
import { createRecent } from './recent.ts'

const STEPS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8] // of each power of ten
const POWERS = [0.1, 1, 10, 100, 1_000, 10_000]

/** Upper bounds of the buckets in milliseconds; one more bucket holds what is longer. */
export const BOUNDS: readonly number[] = POWERS.flatMap((power) => STEPS.map((step) => round(step * power)))

const BUCKETS = BOUNDS.length + 1
const FAILED = BUCKETS // the cell after them

/** Figures of one span of time. Those of several processes are added up. */
export interface Spread {
  /** Count of each bucket. */
  readonly counts: readonly number[]
  readonly failed: number
}

export interface Durations {
  /**
   * @param milliseconds it took
   * @param now in milliseconds of `performance.now()`
   */
  record(milliseconds: number, now: number): void
  fail(now: number): void
  readonly total: Spread & { readonly milliseconds: number }
  recent(now: number): Spread
}

export function createDurations(): Durations {
  const counts = new Float64Array(BUCKETS)
  const recent = createRecent(BUCKETS + 1)
  let sum = 0
  let failed = 0
  return {
    record(milliseconds, now) {
      const bucket = bucketOf(milliseconds)
      counts[bucket] = (counts[bucket] as number) + 1
      sum += milliseconds
      recent.add(bucket, 1, now)
    },
    fail(now) {
      failed += 1
      recent.add(FAILED, 1, now)
    },
    get total() {
      return { counts: Array.from(counts), failed, milliseconds: sum }
    },
    recent(now) {
      const sums = recent.sums(now)
      return { counts: sums.slice(0, BUCKETS), failed: sums[FAILED] as number }
    },
  }
}

const NO_SPREAD: Spread = { counts: new Array<number>(BUCKETS).fill(0), failed: 0 }

export const addSpreads = (spreads: readonly Spread[]): Spread =>
  spreads.reduce(
    (one, other) => ({
      counts: one.counts.map((count, bucket) => count + (other.counts[bucket] as number)),
      failed: one.failed + other.failed,
    }),
    NO_SPREAD,
  )

export const countOf = ({ counts }: Pick<Spread, 'counts'>): number => counts.reduce((sum, count) => sum + count, 0)

/** A quantile in milliseconds, interpolated within its bucket; `null` without any durations. */
export function quantileOf(spread: Spread, share: number): number | null {
  const count = countOf(spread)
  if (count === 0) return null
  let left = share * count
  for (const [bucket, met] of spread.counts.entries()) {
    if (met >= left && met > 0) {
      const from = BOUNDS[bucket - 1] ?? 0
      return round(from + ((BOUNDS[bucket] ?? from) - from) * (left / met))
    }
    left -= met
  }
  return BOUNDS.at(-1) ?? null
}

/** The first bucket whose bound is not passed, by halving. */
function bucketOf(milliseconds: number): number {
  let low = 0
  let high = BOUNDS.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (milliseconds > (BOUNDS[middle] as number)) low = middle + 1
    else high = middle
  }
  return low
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
