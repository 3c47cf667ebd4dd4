/**
 * Finds the points near another one. Scans unit vectors, a millisecond for 26,000 points, so it
 * needs no index.
 */

/** Mean radius of the Earth in km (IUGG). */
const EARTH_RADIUS = 6371.0088
const RADIANS = Math.PI / 180

interface Position {
  /** Degrees north. */
  readonly latitude: number
  /** Degrees east. */
  readonly longitude: number
}

/**
 * A search over points: rows within `radius` km, the nearest first, equal distances in the order of
 * the rows.
 * @param points latitude and longitude of each row, one after the other
 */
export function nearby(points: Float64Array) {
  const size = points.length / 2
  const vectors = new Float64Array(size * 3)
  for (let row = 0; row < size; row++) {
    vectors.set(unitVector({ latitude: points[row * 2] ?? 0, longitude: points[row * 2 + 1] ?? 0 }), row * 3)
  }

  return (around: Position, radius: number): { row: number; distance: number }[] => {
    const [x, y, z] = unitVector(around)
    // Compared as squared chords: arc cosine loses all precision for neighbours.
    const longest = (2 * Math.sin(Math.min(radius / EARTH_RADIUS, Math.PI) / 2)) ** 2
    const found: { row: number; distance: number }[] = []
    for (let row = 0, at = 0; row < size; row++, at += 3) {
      const [dx, dy, dz] = [(vectors[at] ?? 0) - x, (vectors[at + 1] ?? 0) - y, (vectors[at + 2] ?? 0) - z]
      const chord = dx * dx + dy * dy + dz * dz
      if (chord <= longest)
        found.push({ row, distance: 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(chord) / 2)) })
    }
    return found.sort((one, other) => one.distance - other.distance || one.row - other.row)
  }
}

function unitVector({ latitude, longitude }: Position): [number, number, number] {
  const across = Math.cos(latitude * RADIANS)
  return [across * Math.cos(longitude * RADIANS), across * Math.sin(longitude * RADIANS), Math.sin(latitude * RADIANS)]
}
