import { describe, expect, test } from '@jest/globals'
import { compareRevisions } from '../../bench/gateway/revisions.ts'

describe('compareRevisions', () => {
  test('The ratio compares versions within each quartet, unaffected by the machine between quartets', () => {
    const compared = compareRevisions([
      { changed: [1.1, 1.1], base: [1, 1] },
      { changed: [2.2, 2.2], base: [2, 2] },
    ])
    expect(compared.ratio).toBeCloseTo(1.1, 10)
    expect(compared.uncertainty).toBeCloseTo(0, 10)
    expect(compared.noise).toBe(0)
    expect(compared.changed).toBeCloseTo(Math.sqrt(1.1 * 2.2), 10)
    expect(compared.base).toBeCloseTo(Math.sqrt(2), 10)
  })

  test('The uncertainty is two standard errors of the mean of the ratios', () => {
    const { ratio, uncertainty } = compareRevisions([
      { changed: [Math.exp(0.1), Math.exp(0.1)], base: [1, 1] },
      { changed: [Math.exp(-0.1), Math.exp(-0.1)], base: [1, 1] },
    ])
    expect(ratio).toBeCloseTo(1, 10)
    // The standard deviation of ±0.1 is 0.1 √2, its standard error 0.1.
    expect(uncertainty).toBeCloseTo(0.2, 10)
  })

  test('The noise is how far two processes of one version lie apart', () => {
    const { noise } = compareRevisions([
      { changed: [1.2, 1], base: [1, 1] },
      { changed: [1, 1], base: [0.8, 1] },
    ])
    expect(noise).toBeCloseTo(0.1, 10)
  })
})
