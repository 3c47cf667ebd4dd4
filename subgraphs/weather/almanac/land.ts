/**
 * How much of the surroundings of a point is land, from a map of one square degree a character
 * (Natural Earth, public domain).
 */
import { readFileSync } from 'node:fs'

const KM_PER_DEGREE = 111.2
const RADIANS = Math.PI / 180

/** Fractions from 0 (open sea) to 1 (land as far as it matters). */
export interface Surroundings {
  /** Within about 250 km, near land counting most. */
  readonly around: number
  /**
   * Share of land to the west, where the weather of the middle latitudes comes from; weighted over
   * 800 km.
   */
  readonly west: number
  /** Share of land to the east, likewise. */
  readonly east: number
}

/** Reads the map. */
export function openLand(file: URL = new URL('land.txt', import.meta.url)) {
  const rows = readFileSync(file, 'utf8').trimEnd().split('\n')
  const cell = (row: number, column: number): number =>
    rows[Math.min(179, Math.max(0, row))]?.[((column % 360) + 360) % 360] === '#' ? 1 : 0

  /**
   * Bilinear between the centres of the cells, so that a step of a mile is no step in the climate.
   */
  const landAt = (latitude: number, longitude: number): number => {
    const y = 89.5 - Math.min(89.5, Math.max(-89.5, latitude))
    const x = longitude + 179.5
    const [row, column] = [Math.floor(y), Math.floor(x)]
    const [down, right] = [y - row, x - column]
    return (
      (1 - down) * ((1 - right) * cell(row, column) + right * cell(row, column + 1)) +
      down * ((1 - right) * cell(row + 1, column) + right * cell(row + 1, column + 1))
    )
  }

  return (latitude: number, longitude: number): Surroundings => {
    // Meridians converge: near the poles a degree of longitude is held at a fifth of one at the
    // equator.
    const stretch = 1 / Math.max(0.2, Math.cos(latitude * RADIANS))
    const steps = [-2, -1, 0, 1, 2]
    const around = weightedMean(
      steps.flatMap((north) =>
        steps.map((east) => ({
          value: landAt(latitude + north, longitude + east * stretch),
          weight: Math.exp(-(north * north + east * east) / 4.5),
        })),
      ),
    )
    const towards = (direction: 1 | -1): number =>
      weightedMean(
        Array.from({ length: 31 }, (_, index) => {
          const km = (index + 1) * 100
          const degrees = (direction * km * stretch) / KM_PER_DEGREE
          return { value: landAt(latitude, longitude + degrees), weight: Math.exp(-km / 800) }
        }),
      )
    return { around, west: towards(-1), east: towards(1) }
  }
}

function weightedMean(samples: readonly { value: number; weight: number }[]): number {
  const total = samples.reduce((sum, { weight }) => sum + weight, 0)
  return samples.reduce((sum, { value, weight }) => sum + value * weight, 0) / total
}
