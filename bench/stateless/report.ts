/** Formats the measurements. */
import type { Instance } from '../../test/stateless/support/instances.ts'
import { median, percentile } from '../common/statistics.ts'

export interface StartedInstance {
  readonly instance: Instance
  /** Milliseconds from start to ready. */
  readonly ready: number
  /** Milliseconds of its first request. */
  readonly cold: number
  /** Megabytes after it. */
  readonly resident: number
}

export function latencyLines(
  service: string,
  started: readonly StartedInstance[],
  warm: readonly number[],
  loaded: number,
): string {
  const of = (field: 'ready' | 'cold' | 'resident'): number => median(started.map((each) => each[field]))
  return [
    `${service}: ready in ${of('ready').toFixed(0)} ms, ${of('resident').toFixed(0)} MB resident, ${loaded.toFixed(0)} MB after ${warm.length} requests`,
    `  first request ${of('cold').toFixed(1)} ms; later ones ${median(warm).toFixed(1)} ms (p99 ${percentile(warm, 0.99).toFixed(1)} ms): ${(of('cold') / median(warm)).toFixed(1)} times as fast`,
  ].join('\n')
}

/** The median of each size, and its ratio to the smallest size's. */
export function throughputLines(title: string, perSecond: ReadonlyMap<number, readonly number[]>): string {
  const medians = [...perSecond].map(([size, figures]) => ({ size, rate: median(figures) }))
  const [base] = medians
  return [
    title,
    '  instances   requests/s    times one',
    ...medians.map(
      ({ size, rate }) =>
        `  ${String(size).padStart(9)} ${rate.toFixed(0).padStart(12)} ${(rate / (base?.rate ?? Number.NaN)).toFixed(2).padStart(12)}`,
    ),
    '',
  ].join('\n')
}
