/** The durations of a service's recent answers. Keeps a few hundred. */

export interface Latency {
  /** @param milliseconds one whole answer took */
  record(milliseconds: number): void
  /** The 95th percentile; `undefined` until enough were recorded. */
  p95(): number | undefined
}

const KEPT = 512 // answers
const ENOUGH = 64 // answers
const STALE_AFTER = 64 // new figures before the quantile is worked out again

export function createLatency(): Latency {
  const figures = new Float64Array(KEPT)
  let seen = 0
  let reckonedAt = 0
  let quantile: number | undefined
  return {
    record(milliseconds) {
      figures[seen % KEPT] = milliseconds
      seen += 1
    },
    p95() {
      if (seen < ENOUGH) return undefined
      if (quantile === undefined || seen - reckonedAt >= STALE_AFTER) {
        const sorted = figures.slice(0, Math.min(seen, KEPT)).sort()
        quantile = sorted[Math.floor(sorted.length * 0.95)]
        reckonedAt = seen
      }
      return quantile
    },
  }
}
