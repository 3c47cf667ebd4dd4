/** Formats the measurements. */
import type { Instance } from '../../test/stateless/support/instances.ts'

export interface StartedInstance {
  readonly instance: Instance
  /** Milliseconds from start to ready. */
  readonly ready: number
  /** Milliseconds of its first request. */
  readonly cold: number
  /** Megabytes after it. */
  readonly resident: number
}

const at = (figures: readonly number[], share: number): number => {
  const sorted = figures.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
}

export function latencyLines(
  service: string,
  started: readonly StartedInstance[],
  warm: readonly number[],
  loaded: number,
): string {
  const median = (field: 'ready' | 'cold' | 'resident'): number =>
    at(
      started.map((each) => each[field]),
      0.5,
    )
  return [
    `${service}: ready in ${median('ready').toFixed(0)} ms, ${median('resident').toFixed(0)} MB resident, ${loaded.toFixed(0)} MB after ${warm.length} requests`,
    `  first request ${median('cold').toFixed(1)} ms; later ones ${at(warm, 0.5).toFixed(1)} ms (p99 ${at(warm, 0.99).toFixed(1)} ms): ${(median('cold') / at(warm, 0.5)).toFixed(1)} times as fast`,
  ].join('\n')
}

/** The median of each size, and its ratio to the smallest size's. */
export function throughputLines(title: string, perSecond: ReadonlyMap<number, readonly number[]>): string {
  const medians = [...perSecond].map(([size, figures]) => ({ size, median: at(figures, 0.5) }))
  const [base] = medians
  return [
    title,
    '  instances   requests/s    times one',
    ...medians.map(
      ({ size, median }) =>
        `  ${String(size).padStart(9)} ${median.toFixed(0).padStart(12)} ${(median / (base?.median ?? Number.NaN)).toFixed(2).padStart(12)}`,
    ),
    '',
  ].join('\n')
}
