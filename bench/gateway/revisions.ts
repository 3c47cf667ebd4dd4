/** Compares two versions of the code by pairs of gateways. */

/** CPU per request, in milliseconds, of gateways that ran at once: two of each version. */
export interface Quartet {
  readonly changed: readonly [number, number]
  readonly base: readonly [number, number]
}

interface Comparison {
  /** Milliseconds per request, geometric means. */
  readonly changed: number
  readonly base: number
  /** The changed version's CPU divided by the base's. */
  readonly ratio: number
  /** The uncertainty of the ratio: two standard errors of its mean. */
  readonly uncertainty: number
  /** How far two processes of one version lie apart, as the mean of the quartets. */
  readonly noise: number
}

/** @param quartets two or more, each of processes of their own */
export function compareRevisions(quartets: readonly Quartet[]): Comparison {
  const ratios = quartets.map(({ changed, base }) => geometricMean(changed) / geometricMean(base))
  const apart = quartets.flatMap(({ changed, base }) =>
    [changed, base].map(([one, other]) => Math.abs(one / other - 1)),
  )
  const ratio = geometricMean(ratios)
  return {
    changed: geometricMean(quartets.flatMap(({ changed }) => changed)),
    base: geometricMean(quartets.flatMap(({ base }) => base)),
    ratio,
    uncertainty: ratio * 2 * standardError(ratios.map(Math.log)),
    noise: mean(apart),
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const geometricMean = (values: readonly number[]): number => Math.exp(mean(values.map(Math.log)))

function standardError(values: readonly number[]): number {
  const middle = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}
